import type { ClusterClient } from "../../client/client.ts";
import type { RegionContext } from "../region/context.ts";

/** What a controller finds in its container. */
export interface ControllerContext {
  /** With the rights of the pod's own service account. */
  client: ClusterClient;
  region: RegionContext;
  /** Of the container. */
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Writes one line to the container's log. */
  log: (line: string) => void;
}
