import { createHash } from "node:crypto";
import type { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster.js";
import { type OutputsOf, type ProviderFunction, refuse, type Stored } from "../../service.ts";
import { find, groupId } from "./ids.ts";
import { CLUSTER, managedCluster } from "./kubernetesClusters.ts";

/** The kubeconfig that AKS issues to users: it leads to Entra ID and holds no credential of its own. */
export const listManagedClusterUserCredentials: ProviderFunction = {
  token: "azure-native:containerservice:listManagedClusterUserCredentials",
  secrets: ["kubeconfigs"],
  call: (args, world) => {
    const group = String(args.resourceGroupName);
    const name = String(args.resourceName);
    const cluster = find(world, managedCluster, `${groupId(world, group)}/providers/${CLUSTER}/${name}`);
    if (cluster === undefined) {
      return refuse(
        "ResourceNotFound",
        `The Resource '${CLUSTER}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      );
    }
    const value = Buffer.from(kubeconfig(cluster, world.certificateAuthority(cluster.state.name))).toString("base64");
    return { kubeconfigs: [{ name: "clusterUser", value }] };
  },
};

function kubeconfig(cluster: Stored<OutputsOf<ManagedCluster>>, authority: string | undefined): string {
  const { name, fqdn, resourceUID = "" } = cluster.state;
  return `apiVersion: v1
kind: Config
current-context: ${name}
clusters:
- name: ${name}
  cluster:
    certificate-authority-data: ${Buffer.from(authority ?? placeholder(resourceUID)).toString("base64")}
    server: https://${fqdn}:443
contexts:
- name: ${name}
  context:
    cluster: ${name}
    user: clusterUser_${name}
users:
- name: clusterUser_${name}
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --environment, AzurePublicCloud, --server-id, 6dae42f8-4368-4678-94ff-3960e28e3630, --login, devicecode]
`;
}

/** A certificate in form only, where no control plane has a real one: the same for a cluster's whole life, and no other's. */
const placeholder = (uid: string): string =>
  `-----BEGIN CERTIFICATE-----\n${createHash("sha512").update(uid).digest("base64")}\n-----END CERTIFICATE-----\n`;
