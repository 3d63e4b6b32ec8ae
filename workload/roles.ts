import type { Role } from "./role.ts";

/** Every role by the name that containers give as their first argument. Each is loaded when it starts: a container runs one. */
export const roles: Readonly<Record<string, Role>> = {
  auth: async (context) => (await import("./auth.ts")).auth(context),
  dwcp: async (context) => (await import("./dwcp.ts")).dwcp(context),
  gate: async (context) => (await import("./gate.ts")).gate(context),
  load: async (context) => (await import("./load.ts")).load(context),
  pba: async (context) => (await import("./pba.ts")).pba(context),
  state: async (context) => (await import("./state.ts")).state(context),
};
