import type { ZodType } from "zod";
import type { KubernetesObject } from "../../client/client.ts";

/** A Helm release as a stack declares it. */
export interface ChartRelease {
  chart: string;
  /** URL of the chart's repository. */
  repository: string | undefined;
  version: string | undefined;
  namespace: string;
  releaseName: string;
  values: Readonly<Record<string, unknown>>;
}

/** Any object that a chart makes. */
export type Manifest = KubernetesObject & Record<string, unknown>;

/** Where a release's objects go, and what they are called after. */
export interface Placement {
  namespace: string;
  releaseName: string;
  /** Version of the program that the chart installs, such as `v1.9.1`. */
  appVersion: string;
  /** The chart's label: `<name>-<version>`. */
  chartLabel: string;
}

/**
 * What stands in for one Helm chart: the objects of its real templates as far as the simulated clusters have programs for
 * them, from the values of the real chart. A value that it does not know is refused, never ignored.
 */
export interface Chart<Values> {
  name: string;
  repository: string;
  /** App version by chart version. */
  versions: Readonly<Record<string, string>>;
  values: ZodType<Values>;
  /** Whether the release brings its CustomResourceDefinitions. */
  bringsCrds: (values: Values) => boolean;
  objects: (values: Values, placement: Placement) => Manifest[];
}
