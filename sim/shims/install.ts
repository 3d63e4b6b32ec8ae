import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { callSchema } from "../credentials.ts";
import { replaceFile } from "../replaceFile.ts";

/**
 * Writes the clouds' credential programs into a folder, which has to come first on the PATH of those who use the
 * simulated clusters. They ask whichever simulator the endpoint file names at the time.
 */
export function installShims(folder: string, program: string, endpointFile: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of callSchema.shape.command.options) {
    const words = [program, name, endpointFile];
    replaceFile(join(folder, name), `#!/bin/sh\nexec ${words.map(quoted).join(" ")} "$@"\n`, 0o755);
  }
}

/** For a POSIX shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
