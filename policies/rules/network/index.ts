import type { Area } from "../../area.ts";
import adminPorts from "./adminPorts.ts";
import publicPorts from "./publicPorts.ts";

export const network: Area = {
  title: "Network",
  rules: [adminPorts, publicPorts],
  stackRules: [],
};
