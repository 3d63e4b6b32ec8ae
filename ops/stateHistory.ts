import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { OperatorError } from "./operatorError.ts";

/** A file that Pulumi's file backend keeps of a stack. */
export interface BackendFile {
  /** Below the backend's folder. */
  name: string;
  content: unknown;
}

/**
 * Every file that the file backend in a folder keeps of a stack: the state, its backups, and for each run of the past its
 * entry and checkpoint. Oldest first within each kind.
 * @throws naming a file that is no JSON: what cannot be read is not known to be clean
 */
export function backendFiles(folder: string, project: string, stack: string): BackendFile[] {
  const root = join(folder, ".pulumi");
  const ending = "{json,json.gz,json.bak,json.gz.bak}";
  const patterns = [
    `stacks/${project}/${stack}.${ending}`,
    `backups/${project}/${stack}/*`,
    `history/${project}/${stack}/*.${ending}`,
  ];
  return patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }).toSorted())
    .map((name) => ({ name, content: parsed(join(root, name)) }));
}

function parsed(file: string): unknown {
  const bytes = readFileSync(file);
  // As gzip files begin (RFC 1952).
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return JSON.parse((packed ? gunzipSync(bytes) : bytes).toString("utf8"));
  } catch (error) {
    throw new OperatorError(
      `${file} cannot be read as JSON, so nobody knows what it holds: ${error instanceof Error ? error.message : error}`,
    );
  }
}
