import { Unknown, valueAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";
import { pulumi } from "../../sources/products.ts";

/** Resources that are a secret, and the properties by which the program itself would give its value. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "aws:secretsmanager/secretVersion:SecretVersion": ["secretString", "secretBinary"],
  "aws:ssm/parameter:Parameter": ["type"],
  "azure-native:keyvault:Secret": ["properties.value"],
  "gcp:secretmanager/secretVersion:SecretVersion": ["secretData"],
  "kubernetes:core/v1:Secret": ["data", "stringData"],
};

export default rule({
  id: "SEC-002",
  title: "The program makes places for secrets and gives none a value",
  severity: "high",
  why: "A value that the program gives is in its state for ever, encrypted with one passphrase for all regions, and rotating it is a deployment.",
  sources: [
    cis.kubernetes("5.4.2", "secrets are kept in a store outside"),
    pulumi("docs/iac/concepts/secrets/", "secrets stand in the state, encrypted"),
  ],
  fix: "Set the value out of band, and let External Secrets copy it into the cluster.",
  applies: Object.keys(VALUES),
  needs: [...new Set(Object.values(VALUES).flat())],
  check: (properties, { type }) =>
    (VALUES[type] ?? []).flatMap((path) => {
      const value = valueAt(properties, path);
      if (value === undefined || value instanceof Unknown) return [];
      if (path === "type") return value === "SecureString" ? ["type makes its value a secret"] : [];
      return [`${path} is given`];
    }),
});
