import { ingress, openingsOf } from "../../ingress/index.ts";
import { adminPortsIn } from "../../ingress/ports.ts";
import { rule } from "../../rule.ts";

export default rule({
  id: "NET-001",
  title: "Administration is open to nobody on the internet",
  severity: "critical",
  why: "SSH, RDP, the Kubernetes API, Prometheus, Grafana and Alertmanager are found within minutes of being reachable, and each gives away the cluster.",
  fix: "Admit the region's own range, a peer's range or the operators' addresses; people get in through what the region's `access` names.",
  ...ingress,
  check: (properties, { type }) =>
    openingsOf(properties, type).flatMap(({ at, ports }) => {
      const admin = adminPortsIn(ports);
      return admin.length === 0 ? [] : [`${at || "it"} admits anyone to ${admin.join(", ")}`];
    }),
});
