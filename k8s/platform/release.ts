import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import type { PinnedChart } from "../charts.ts";
import type { Namespace } from "./names.ts";

export interface ReleaseArgs<Values extends object> {
  chart: PinnedChart;
  namespace: Namespace | "kube-system";
  values: Values;
}

/** Five minutes: images of several hundred megabytes on a node that was just made. */
const TIMEOUT_SECONDS = 300;

/**
 * Installs a pinned chart under its own name, so that the objects it makes have the names that others refer to. A release
 * that does not become ready is rolled back and fails the run, with what it waited for.
 */
export const release = <Values extends object>(
  name: string,
  { chart, namespace, values }: ReleaseArgs<Values>,
  options: CustomResourceOptions,
): Release =>
  new Release(
    name,
    {
      ...chart,
      name: chart.chart,
      namespace,
      values: values as Record<string, Input<unknown>>,
      atomic: true,
      timeout: TIMEOUT_SECONDS,
    },
    options,
  );
