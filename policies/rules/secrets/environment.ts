import { containersOf, inContainers, WORKLOADS } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { SECRET_NAME } from "../../secrets/scan.ts";
import { cis } from "../../sources/benchmarks.ts";
import { kubernetes } from "../../sources/products.ts";
import { listOf, recordOf, textOf } from "../../values.ts";

export default rule({
  id: "SEC-003",
  title: "A container reads its secrets from a Secret, not from its own description",
  severity: "high",
  why: "Whoever may list pods reads their environment; a Secret has a right of its own, and rotates without a new pod template.",
  sources: [
    kubernetes("concepts/security/secrets-good-practices/", "who may read what, Secrets apart"),
    cis.kubernetes("5.4.1", "Secrets as files rather than in the environment"),
  ],
  fix: "Use valueFrom.secretKeyRef, or mount the Secret.",
  applies: WORKLOADS,
  needs: inContainers("env[].name", "env[].value"),
  check: (properties, { type }) =>
    containersOf(properties, type).flatMap(({ at, value }) =>
      listOf(value.env)
        .map(recordOf)
        .flatMap((variable, index) =>
          SECRET_NAME.test(textOf(variable.name) ?? "") && variable.value !== undefined && variable.value !== ""
            ? [`${at}.env[${index}].value is written out, and its name says that it is a secret`]
            : [],
        ),
    ),
});
