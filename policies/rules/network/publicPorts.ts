import { ingress, openingsOf } from "../../ingress/index.ts";
import type { Opening } from "../../ingress/opening.ts";
import { adminPortsIn, isHttpsOnly, portText } from "../../ingress/ports.ts";
import { Unknown } from "../../path.ts";
import { rule } from "../../rule.ts";
import { BETWEEN_REGIONS } from "../../sources/ours.ts";

/**
 * The rules through which the internet reaches the gateways, by the name that the cloud has for them. On AWS and Google Cloud
 * there are none: load balancers get theirs from the controllers that make them.
 */
const EDGE: readonly unknown[] = ["https"];

export default rule({
  id: "NET-002",
  title: "Only HTTPS (443) is open to the internet, and only at the edge",
  severity: "high",
  why: "Everything else that this environment speaks is between its own regions, so any other open port is a mistake that only an attacker would use; 443 of an endpoint or of a control plane is such a port, too.",
  sources: [BETWEEN_REGIONS],
  fix: `Name the range that needs the port, or serve it behind the region's ingress: the rule of that is called ${EDGE.join(" or ")}.`,
  ...ingress,
  check: (properties, { type }) =>
    openingsOf(properties, type)
      // Administration is NET-001's; ports that are not known yet are asked for by `needs`.
      .filter(({ ports }) => ports.length > 0 && adminPortsIn(ports).length === 0)
      .filter((opening) => !(isHttpsOnly(opening.ports) && isEdge(opening)))
      .map(({ at, ports }) => `${at || "it"} admits anyone to ${portText(ports)}`),
});

const isEdge = ({ name }: Opening): boolean => name instanceof Unknown || EDGE.includes(name);
