import { rule } from "../../rule.ts";
import { type Demand, exactly, settings } from "../../settings.ts";
import { aws } from "../../sources/clouds.ts";

/** What a region's sink must carry to the bucket that keeps it: Google itself drops the rest after 30 days. */
const CARRIED = ["gce_subnetwork", "k8s_cluster", "vpn_gateway"];

const carriesAll: Demand = {
  wanted: `a filter that names ${CARRIED.join(", ")}`,
  holds: (value) => CARRIED.every((resource) => String(value).includes(`"${resource}"`)),
};

export default rule({
  id: "LOG-005",
  title: "Tunnels leave a trace, and traces reach the store that keeps them",
  severity: "medium",
  why: "A tunnel that goes up and down is found in the IKE and BGP logs of both ends or not at all, and evidence that is gone after a month is none.",
  sources: [aws("vpn/latest/s2svpn/monitoring-logs.html", "logs of tunnels are off until they are asked for")],
  fix: "Switch tunnel and BGP logs on (AWS), name the resource types in the sink's filter (Google Cloud); Azure: LOG-004.",
  ...settings({
    "aws:ec2/vpnConnection:VpnConnection": Object.fromEntries(
      [1, 2].flatMap((tunnel) =>
        ["logEnabled", "bgpLogEnabled"].map((property) => [
          `tunnel${tunnel}LogOptions.cloudwatchLogOptions.${property}`,
          exactly(true),
        ]),
      ),
    ),
    "gcp:logging/projectSink:ProjectSink": { filter: carriesAll },
  }),
});
