import { Unknown, valueAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";

/** Types that are a credential without an end, or somebody who has one, by the property that says whose it is. */
const CREDENTIALS: Readonly<Record<string, string>> = {
  "aws:iam/accessKey:AccessKey": "user",
  "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "userName",
  "aws:iam/user:User": "name",
  "gcp:serviceaccount/key:Key": "serviceAccountId",
  "gcp:storage/hmacKey:HmacKey": "serviceAccountEmail",
};

/** Places that hand a workload a stored credential, or leave the service's own shared keys working: what they must be. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, "absent" | true>>>> = {
  "azure-native:containerservice:ManagedCluster": { servicePrincipalProfile: "absent" },
  "azure-native:operationalinsights:Workspace": { "features.disableLocalAuth": true },
  "kubernetes:external-secrets.io/v1:ClusterSecretStore": {
    "spec.provider.aws.auth.secretRef": "absent",
    "spec.provider.azurekv.authSecretRef": "absent",
    "spec.provider.gcpsm.auth.secretRef": "absent",
  },
  "kubernetes:external-secrets.io/v1:SecretStore": {
    "spec.provider.aws.auth.secretRef": "absent",
    "spec.provider.azurekv.authSecretRef": "absent",
    "spec.provider.gcpsm.auth.secretRef": "absent",
  },
};

export default rule({
  id: "IAM-003",
  title: "Nobody holds a static key: identities are the cloud's own",
  severity: "critical",
  why: "A key without an end is still good when its copy turns up years later; a workload identity's token is good for an hour.",
  sources: [
    cis.googleCloud("1.4", "service accounts have no keys of the user's"),
    cis.aws("1.17", "instances have roles instead of keys"),
  ],
  fix: "Use EKS Pod Identity, Azure workload identity or GKE Workload Identity, and switch shared keys off.",
  applies: [...Object.keys(CREDENTIALS), ...Object.keys(SETTINGS)],
  needs: [
    ...new Set([...Object.values(CREDENTIALS), ...Object.values(SETTINGS).flatMap((places) => Object.keys(places))]),
  ],
  check: (properties, { type }) => {
    if (type in CREDENTIALS) return "a credential without an end, or an account that is made for one";
    return Object.entries(SETTINGS[type] ?? {}).flatMap(([path, wanted]) => {
      const value = valueAt(properties, path);
      if (value instanceof Unknown) return [];
      if (wanted === "absent") return value === undefined ? [] : [`${path} is given, must be left out`];
      return value === wanted ? [] : [`${path} leaves shared keys working, must be true`];
    });
  },
});
