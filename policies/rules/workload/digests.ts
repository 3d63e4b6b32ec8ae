import { digestOf } from "../../delivery/canary.ts";
import { containersOf, inContainers, ofContainers, WORKLOADS } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";

export default rule({
  id: "WRK-001",
  title: "Containers run images by digest",
  severity: "critical",
  why: "A tag can be moved: two pods of one version then run different programs, a rollback brings back something that nobody has released, and no gate notices.",
  sources: [kubernetes("concepts/containers/images/", "a digest always names the same image, a tag may move")],
  fix: "Write the image as registry/repository@sha256:….",
  applies: WORKLOADS,
  needs: inContainers("image"),
  check: (workload, { type }) =>
    ofContainers(containersOf(workload, type), ({ at, value }) =>
      digestOf(value.image) === undefined ? `${at}.image is not a digest` : undefined,
    ),
});
