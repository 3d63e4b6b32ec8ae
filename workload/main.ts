/** A container of the reference workload: `node workload/main.ts <role> [arguments]`. */
import { flushCompileCache } from "node:module";
import { ENVIRONMENT } from "../k8s/contract.ts";
import type { Faults } from "./role.ts";
import { roles } from "./roles.ts";

const [name = "", ...args] = process.argv.slice(2);
const role = roles[name];
if (role === undefined) {
  console.error(`error: '${name}' is no role; there are ${Object.keys(roles).join(", ")}`);
  process.exit(1);
}

/** Wanted faults come from the parent process, where there is one. */
let faults: Faults = {};
process.on("message", (message: Faults) => {
  faults = message;
});
process.on("disconnect", () => process.exit(1));

const env = Object.fromEntries(Object.entries(process.env).map(([key, value]) => [key, value ?? ""]));
const running = await role({
  env,
  args,
  address: env[ENVIRONMENT.podAddress] ?? "0.0.0.0",
  file: (path) => path,
  log: (line) => console.log(line),
  faults: () => faults,
});
// Kept now, where a cache is given: Node would do so at the end, which for a container is often a SIGKILL.
flushCompileCache();
process.once("SIGTERM", () => void running.stop());
process.exit(await running.ended);
