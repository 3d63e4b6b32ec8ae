/**
 * Regions that this run leaves alone, separated by commas in NOVACRON_EXCLUDED_REGIONS. `novactl --exclude-region` sets it,
 * together with the flags that keep Pulumi from deleting what the program then does not declare; alone it is of no use.
 */
export const excludedRegions = (): string[] =>
  (process.env.NOVACRON_EXCLUDED_REGIONS ?? "").split(",").filter((name) => name !== "");
