import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the home folder of the simulated clouds keeps what. Everything in it is readable by its owner alone. */
export const layout = (home: string) => ({
  /** Pulumi's file backend. */
  state: join(home, "state"),
  /** Unlocks the secrets in it. Random, made once. */
  passphrase: join(home, "passphrase"),
  /** Pulumi's own folder, in place of the user's. */
  pulumi: join(home, "pulumi"),
  /** The simulator's store, endpoint and log. */
  simulator: join(home, "sim"),
  /** The clouds' credential programs, as the simulated clouds have them. */
  bin: join(home, "bin"),
  /** The copy of a stack's config. */
  stackConfig: (stack: string) => join(home, stack, `Pulumi.${stack}.yaml`),
});

/** Makes the folders and, once, the passphrase. */
export function prepareHome(home: string): void {
  const { state, pulumi, simulator, passphrase } = layout(home);
  for (const folder of [home, state, pulumi, simulator]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeOnce(passphrase, randomBytes(32).toString("base64"));
  writeOnce(join(pulumi, "logs"), NO_LOGS);
}

/**
 * Takes the place of the folder in which Pulumi keeps a log of all that each of its runs does, as verbose as it can: a third of
 * the engine's processor time. It has no setting for that, and goes on without where the folder cannot be made.
 */
const NO_LOGS = "Keeps Pulumi from logging here, which takes a third of its time. Make it a folder to have its logs.\n";

/** Writes a file unless there is something under its name. */
function writeOnce(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
