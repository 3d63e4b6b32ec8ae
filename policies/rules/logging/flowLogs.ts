import { Unknown, valueAt } from "../../path.ts";
import { refersTo } from "../../references.ts";
import { cis } from "../../sources/benchmarks.ts";
import { type StackResource, stackRule } from "../../stackRule.ts";

/** A network, what records its flows, through which property that names it, and which of its settings must be what. */
const RECORDERS = [
  {
    network: "aws:ec2/vpc:Vpc",
    recorder: "aws:ec2/flowLog:FlowLog",
    through: "vpcId",
    setting: ["trafficType", "ALL"],
  },
  {
    network: "azure-native:network:VirtualNetwork",
    recorder: "azure-native:network:FlowLog",
    through: "targetResourceId",
    setting: ["enabled", true],
  },
] as const;

/** On Google Cloud a subnetwork records its own flows. */
const SUBNETWORK = "gcp:compute/subnetwork:Subnetwork";

export default stackRule({
  id: "LOG-001",
  title: "Every network records its flows, accepted and rejected",
  severity: "high",
  why: "After an intrusion the flows say where it went; nobody can record them then.",
  sources: [
    cis.aws("3.7", "every VPC has flow logs"),
    cis.azure("6.1.1.7", "virtual networks' flow logs are collected"),
    cis.googleCloud("3.8", "every subnet has flow logs"),
  ],
  fix: "Add a flow log for the VPC or VNet, or logConfig to the subnetwork.",
  applies: [...RECORDERS.flatMap(({ network, recorder }) => [network, recorder]), SUBNETWORK],
  needs: ["trafficType", "enabled", "logConfig.metadata"],
  check: (resources) => [
    ...RECORDERS.flatMap(({ network, recorder, through, setting: [path, wanted] }) =>
      resources
        .filter(({ type }) => type === network)
        .filter(
          (each) =>
            !resources.some((log) => log.type === recorder && refersTo(log, through, each) && is(log, path, wanted)),
        )
        .map(({ urn }) => ({ urn, text: `no ${recorder} with ${path} ${JSON.stringify(wanted)} names it` })),
    ),
    ...resources
      .filter(({ type, props }) => type === SUBNETWORK && valueAt(props, "logConfig") === undefined)
      .map(({ urn }) => ({ urn, text: "logConfig is missing" })),
  ],
});

/** What is unknown is taken to be right here, and asked for by `needs`. */
function is({ props }: StackResource, path: string, wanted: unknown): boolean {
  const value = valueAt(props, path);
  return value === wanted || value instanceof Unknown;
}
