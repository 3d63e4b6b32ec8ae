/** The Helm charts that the simulated clusters know. */
import { argoRollouts } from "./argoRollouts.ts";
import { awsLoadBalancerController } from "./awsLoadBalancerController.ts";
import { certManager } from "./certManager.ts";
import type { Chart, ChartRelease, Manifest } from "./chart.ts";
import { chartCrds } from "./crds.ts";
import { externalSecrets } from "./externalSecrets.ts";
import { kubePrometheusStack } from "./kubePrometheusStack.ts";
import { traefik } from "./traefik.ts";
import { valueProblems } from "./valueProblems.ts";

export interface RenderedChart {
  /** CustomResourceDefinitions, to be there before the objects. */
  crds: Manifest[];
  /** In the order in which to make them. */
  objects: Manifest[];
  /** What is wrong with the release; then there is nothing to make. */
  problems: string[];
}

type Render = (release: ChartRelease, tools: string) => RenderedChart;

const charts: Readonly<Record<string, Render>> = {
  [argoRollouts.name]: rendersAs(argoRollouts),
  [traefik.name]: rendersAs(traefik),
  [certManager.name]: rendersAs(certManager),
  [externalSecrets.name]: rendersAs(externalSecrets),
  [awsLoadBalancerController.name]: rendersAs(awsLoadBalancerController),
  [kubePrometheusStack.name]: rendersAs(kubePrometheusStack),
};

/**
 * The objects of a Helm release. `tools` is the folder that set-up made, where the definitions of custom resources are.
 * @default tools as the environment variable NOVACRON_TOOLS has it
 */
export function renderChart(release: ChartRelease, tools = process.env.NOVACRON_TOOLS ?? ""): RenderedChart {
  const render = charts[release.chart];
  if (render !== undefined) return render(release, tools);
  const known = Object.keys(charts).join(", ");
  return refused([
    `chart '${release.chart}' is not known to the simulated clusters; known are ${known}. Use one of these, or add it to sim/charts.`,
  ]);
}

function rendersAs<Values>(chart: Chart<Values>): Render {
  return (release, tools) => {
    const { repository, version, namespace, releaseName } = release;
    const appVersion = version === undefined ? undefined : chart.versions[version];
    const values = chart.values.safeParse(release.values);
    const problems = [
      ...(repository?.replace(/\/$/, "") === chart.repository
        ? []
        : [`${chart.name}: repository '${repository ?? ""}' is not known; its charts come from ${chart.repository}.`]),
      ...(appVersion === undefined ? [versionProblem(chart, version)] : []),
      ...(values.success ? [] : valueProblems(chart.name, chart.values, values.error)),
    ];
    if (appVersion === undefined || !values.success || problems.length > 0) return refused(problems);
    const placement = { namespace, releaseName, appVersion, chartLabel: `${chart.name}-${version}` };
    try {
      const crds = chart.bringsCrds(values.data) ? chartCrds(tools, chart.name) : [];
      return { crds, objects: chart.objects(values.data, placement), problems: [] };
    } catch (error) {
      return refused([error instanceof Error ? error.message : String(error)]);
    }
  };
}

function versionProblem<Values>(chart: Chart<Values>, version: string | undefined): string {
  const known = Object.entries(chart.versions).map(([version, app]) => `${version} (${chart.name} ${app})`);
  const wanted = version === undefined ? "without a version" : `of version '${version}'`;
  return `${chart.name}: a release ${wanted} is not known to the simulated clusters; known are ${known.join(", ")}. Pin one of these, or add it to sim/charts together with the program's version in tools/catalogue.ts.`;
}

const refused = (problems: string[]): RenderedChart => ({ crds: [], objects: [], problems });
