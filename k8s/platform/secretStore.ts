import type { ComponentResource, CustomResourceOptions, Input } from "@pulumi/pulumi";
import { output } from "@pulumi/pulumi";
import type { Cloud } from "../../infra/plan/topology.ts";
import { ClusterSecretStore, type SecretStoreProvider } from "../crds/externalSecrets.ts";
import { NAMESPACES, SECRET_STORE } from "./names.ts";

/** Where a region keeps its secrets. */
export interface SecretStoreFacts {
  /** The cloud's name of the place, such as `us-east-1`. */
  location: string;
  /** `Region.secretStore`: name prefix, vault URI or project path. */
  store: Input<string>;
}

/** How External Secrets finds each cloud's store. On AWS names are given in full, with the region's prefix. */
const PROVIDERS: Record<Cloud, (facts: SecretStoreFacts) => SecretStoreProvider> = {
  aws: ({ location }) => ({ aws: { service: "SecretsManager", region: location } }),
  azure: ({ store }) => ({
    azurekv: {
      authType: "WorkloadIdentity",
      vaultUrl: store,
      serviceAccountRef: { name: "external-secrets", namespace: NAMESPACES.secrets },
    },
  }),
  gcp: ({ store }) => ({ gcpsm: { projectID: output(store).apply((path) => path.replace(/^projects\//, "")) } }),
};

/** The region's own secret store, for the namespaces of services only. */
export const regionalSecretStore = (
  name: string,
  { cloud, ...facts }: SecretStoreFacts & { cloud: Cloud },
  options: CustomResourceOptions & { parent: ComponentResource },
): ClusterSecretStore =>
  new ClusterSecretStore(
    name,
    {
      metadata: { name: SECRET_STORE },
      spec: {
        provider: PROVIDERS[cloud](facts),
        conditions: [{ namespaces: [NAMESPACES.dwcp, NAMESPACES.inference] }],
      },
    },
    options,
  );
