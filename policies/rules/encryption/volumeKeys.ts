import { Unknown, valueAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";
import { azure } from "../../sources/clouds.ts";

/** What a class of volumes must say for its volumes to be encrypted with our key, by what makes them. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, "true" | "given">>>> = {
  "ebs.csi.aws.com": { encrypted: "true", kmsKeyId: "given" },
  // Azure takes the cluster's disk encryption set where the class names none, and ENC-001 asks for that.
  "disk.csi.azure.com": {},
  "pd.csi.storage.gke.io": { "disk-encryption-kms-key": "given" },
};

export default rule({
  id: "ENC-005",
  title: "Volumes of pods are encrypted with a key of our own",
  severity: "high",
  why: "A class without a key takes the account's default, which nobody of ours can revoke, whatever the cluster itself is encrypted with.",
  sources: [
    cis.gke("5.9.1", "persistent disks have a key of the customer's"),
    azure("aks/azure-disk-customer-managed-keys", "disks with a key of the customer's"),
  ],
  fix: "Name the region's key in the class's parameters: kmsKeyId (EBS), disk-encryption-kms-key (Persistent Disk).",
  applies: ["kubernetes:storage.k8s.io/v1:StorageClass"],
  needs: ["provisioner", "parameters.encrypted", "parameters.kmsKeyId", "parameters.disk-encryption-kms-key"],
  check: (properties) => {
    const provisioner = valueAt(properties, "provisioner");
    if (provisioner instanceof Unknown) return [];
    const wanted = PARAMETERS[String(provisioner)];
    if (wanted === undefined) return "provisioner is none that is known to encrypt: use the cloud's own block storage";
    return Object.entries(wanted).flatMap(([name, demand]) => {
      const value = valueAt(properties, `parameters.${name}`);
      if (value instanceof Unknown) return [];
      if (demand === "true") return value === "true" ? [] : [`parameters.${name} must be "true"`];
      return value === undefined || value === "" ? [`parameters.${name} names no key`] : [];
    });
  },
});
