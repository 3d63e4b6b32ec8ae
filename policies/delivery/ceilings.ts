import type { Properties } from "../rule.ts";
import { recordOf, textOf } from "../values.ts";

/** How a release ceiling is called after its service. */
const SUFFIX = "-release";

/** Whether a ConfigMap is a service's release ceiling: how far one digest may go in its region. */
export function isCeiling({ metadata, data }: Properties): boolean {
  const { digest, stage } = recordOf(data);
  return (textOf(recordOf(metadata).name) ?? "").endsWith(SUFFIX) && (digest !== undefined || stage !== undefined);
}

/** Name of the ceiling of a service. */
export const ceilingName = (service: string): string => `${service}${SUFFIX}`;
