import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { helm } from "../../sources/products.ts";
import { recordOf, textOf } from "../../values.ts";

export default rule({
  id: "WRK-018",
  title: "Charts are pinned to one version, fetched over TLS, and taken back when they do not come up",
  severity: "high",
  why: "A range of versions changes the controllers of a release between two runs of the same commit; a half-installed controller that stays looks installed to the next run.",
  sources: [
    helm(
      "helm/helm_upgrade.md",
      "a range takes the newest version, and an atomic upgrade is rolled back when it fails",
    ),
  ],
  fix: "Set version to one version, repositoryOpts.repo to an https or oci address, and atomic to true.",
  applies: [KUBERNETES.helmRelease],
  needs: ["version", "atomic", "chart", "repositoryOpts.repo"],
  check: ({ version, atomic, chart, repositoryOpts }) => {
    const from = textOf(recordOf(repositoryOpts).repo) ?? textOf(chart) ?? "";
    return [
      ...(/^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(textOf(version) ?? "")
        ? []
        : ["version must be one version, such as 1.2.3"]),
      ...(/^(https|oci):\/\//.test(from) ? [] : ["repositoryOpts.repo must be an https or oci address"]),
      ...(atomic === true ? [] : ["atomic must be true"]),
    ];
  },
});
