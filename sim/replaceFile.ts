import { renameSync, writeFileSync } from "node:fs";

/**
 * Writes a file and renames it into place, so that nobody ever reads half of it.
 * @param mode @default 0o600, readable by the user alone
 */
export function replaceFile(file: string, content: string | Buffer, mode = 0o600): void {
  writeFileSync(`${file}.new`, content, { mode });
  renameSync(`${file}.new`, file);
}
