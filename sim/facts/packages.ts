import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const { resolve } = createRequire(import.meta.url);

/** A file of an installed SDK package, such as `aws`, `ec2/vpc.d.ts`. */
export const packageFile = (name: string, path: string): string =>
  join(dirname(resolve(`@pulumi/${name}/package.json`)), path);
