import { auth } from "./auth.ts";
import { dwcp } from "./dwcp.ts";
import { gate } from "./gate.ts";
import { load } from "./load.ts";
import { pba } from "./pba.ts";
import type { Role } from "./role.ts";
import { state } from "./state.ts";

/** Every role by the name that containers give as their first argument. */
export const roles: Readonly<Record<string, Role>> = { auth, dwcp, gate, load, pba, state };
