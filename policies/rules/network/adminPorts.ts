import { ingress, openingsOf } from "../../ingress/index.ts";
import { adminPortsIn } from "../../ingress/ports.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";

export default rule({
  id: "NET-001",
  title: "Administration is open to nobody on the internet",
  severity: "critical",
  why: "SSH, RDP, the Kubernetes API, Prometheus, Grafana and Alertmanager are found within minutes of being reachable, and each gives away the cluster.",
  sources: [
    cis.aws("5.3", "no administration from everywhere"),
    cis.azure("7.2", "SSH from the internet is restricted"),
    cis.googleCloud("3.6", "SSH from the internet is restricted"),
  ],
  fix: "Admit the region's own range, a peer's range or the operators' addresses; people get in through what the region's `access` names.",
  ...ingress,
  check: (properties, { type }) =>
    openingsOf(properties, type).flatMap(({ at, ports }) => {
      const admin = adminPortsIn(ports);
      return admin.length === 0 ? [] : [`${at || "it"} admits anyone to ${admin.join(", ")}`];
    }),
});
