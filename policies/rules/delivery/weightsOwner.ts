import { membersOf } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { decision } from "../../sources/ours.ts";
import { argoRollouts } from "../../sources/products.ts";

/** The list is one value to server-side apply: a path into it is ignored by nobody. */
const WEIGHTS = "spec.weighted.services";

export default rule({
  id: "DEL-019",
  title: "Weights have one owner: Argo's between versions, the operators' between generations",
  severity: "critical",
  why: "A run in the middle of a release would set the weights back to what the program says: all requests to stable, or after a rollback some to what was withdrawn.",
  sources: [
    argoRollouts("docs/features/traffic-management/traefik.md", "weights are left out of what others apply"),
    decision("0014-field-manager", "the release's fields and their managers"),
  ],
  fix: `Set ignoreChanges to ["${WEIGHTS}"], the whole list, on the TraefikService.`,
  applies: [KUBERNETES.traefikService],
  needs: ["spec.weighted.services"],
  check: (service, { options }) =>
    membersOf(service).length < 2 || options.ignoreChanges.includes(WEIGHTS)
      ? []
      : `ignoreChanges does not hold the whole of ${WEIGHTS}`,
});
