import { ingress, openingsOf } from "../../ingress/index.ts";
import { adminPortsIn, isHttpsOnly, portText } from "../../ingress/ports.ts";
import { rule } from "../../rule.ts";
import { BETWEEN_REGIONS } from "../../sources/ours.ts";

export default rule({
  id: "NET-002",
  title: "Only HTTPS (443) is open to the internet",
  severity: "high",
  why: "Everything else that this environment speaks is between its own regions, so any other open port is a mistake that only an attacker would use.",
  sources: [BETWEEN_REGIONS],
  fix: "Name the range that needs the port, or serve it behind the region's ingress on 443.",
  ...ingress,
  check: (properties, { type }) =>
    openingsOf(properties, type)
      // Those are NET-001's.
      .filter(({ ports }) => adminPortsIn(ports).length === 0 && !isHttpsOnly(ports))
      .map(({ at, ports }) => `${at || "it"} admits anyone to ${portText(ports)}`),
});
