import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import type { ComponentResourceOptions, Input } from "@pulumi/pulumi";
import type { Cloud } from "../../infra/plan/topology.ts";
import { STORAGE_CLASS } from "./names.ts";

/** Solid-state volumes of each cloud, encrypted. Azure takes the key of the cluster's own disk encryption set; the others are told one. */
const VOLUMES: Record<Cloud, { provisioner: string; parameters: Record<string, string> }> = {
  aws: { provisioner: "ebs.csi.aws.com", parameters: { type: "gp3", encrypted: "true" } },
  azure: { provisioner: "disk.csi.azure.com", parameters: { skuName: "Premium_LRS" } },
  gcp: { provisioner: "pd.csi.storage.gke.io", parameters: { type: "pd-balanced" } },
};

/** The class of every volume of ours. A volume is made where its pod is placed, since none of them leaves its zone. */
export const encryptedVolumes = (
  name: string,
  { cloud, key }: { cloud: Cloud; key: Record<string, Input<string>> },
  options: ComponentResourceOptions,
): StorageClass =>
  new StorageClass(
    name,
    {
      metadata: { name: STORAGE_CLASS },
      provisioner: VOLUMES[cloud].provisioner,
      parameters: { ...VOLUMES[cloud].parameters, ...key },
      volumeBindingMode: "WaitForFirstConsumer",
      reclaimPolicy: "Delete",
      allowVolumeExpansion: true,
    },
    options,
  );
