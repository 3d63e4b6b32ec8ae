import type { Properties } from "../rule.ts";
import { listOf, recordOf, textOf } from "../values.ts";

/** Name of the chart that a Helm release installs, without the registry that it comes from. */
export const chartOf = (release: Properties): string => textOf(release.chart)?.split("/").at(-1) ?? "";

/** One value of a release, such as `deployment.replicas`; `undefined` where it is left to the chart. */
export const chartValue = (release: Properties, path: string): unknown =>
  path.split(".").reduce<unknown>((value, name) => recordOf(value)[name], release.values);

/**
 * What a program's argument is set to in a list of the values, such as `--qps=40`; the last one counts. Names are compared
 * without regard to case, as Traefik reads them.
 */
export function argumentOf(release: Properties, list: string, name: string): string | undefined {
  const prefix = `--${name}=`.toLowerCase();
  return listOf(chartValue(release, list))
    .map(textOf)
    .filter((argument) => argument?.toLowerCase().startsWith(prefix) ?? false)
    .at(-1)
    ?.slice(prefix.length);
}
