import { Provider } from "@pulumi/kubernetes/provider.js";
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";

/**
 * The provider for what runs in a cluster. `clusterIdentifier` must not change in the cluster's life: another one replaces
 * every object. ConfigMaps and Secrets are changed in place, as the API allows: a release ceiling that is deleted and made
 * again would close its gate in between.
 */
export const clusterProvider = (
  name: string,
  cluster: { kubeconfig: Output<string>; clusterIdentifier: Input<string> },
  options: CustomResourceOptions,
): Provider => new Provider(name, { ...cluster, enableConfigMapMutable: true, enableSecretMutable: true }, options);
