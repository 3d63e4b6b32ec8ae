import type { Faults, RoleContext } from "../../workload/role.ts";

/** Each role of a test has a loopback address of its own, as pods have: the ports are fixed by the contract. */
let next = 2;
export function address(): string {
  next += 1;
  return `127.${(process.pid >> 8) & 0x7f}.${process.pid & 0xff}.${next}`;
}

export interface TestContext extends RoleContext {
  wanted: Faults;
  logged: string[];
}

export function context(env: Record<string, string>, at = address()): TestContext {
  const logged: string[] = [];
  const made: TestContext = {
    env: { IMAGE_DIGEST: "sha256:aa", ...env },
    args: [],
    address: at,
    file: (path) => path,
    log: (line) => logged.push(line),
    wanted: {},
    faults: () => made.wanted,
    logged,
  };
  return made;
}
