/** Lower case, digits, `_` and `-`, at most 63: what Google Cloud accepts as a label's value, the strictest of the three clouds. */
export const LABEL_VALUE = /^[a-z0-9_-]{1,63}$/;

/**
 * The tags of everything in a region, as Azure and AWS tags and as Google Cloud labels alike. `stack`, `region`, `owner` and
 * `costCenter` must each match `LABEL_VALUE`; the stack's config is checked for it.
 */
export function planTags(of: {
  stack: string;
  region: string;
  owner: string;
  costCenter: string;
}): Record<string, string> {
  return {
    project: "novacron",
    stack: of.stack,
    region: of.region,
    owner: of.owner,
    "cost-center": of.costCenter,
  };
}
