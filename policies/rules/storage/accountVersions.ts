import { companionRule } from "../../companion.ts";
import { cis } from "../../sources/benchmarks.ts";
import { azure } from "../../sources/clouds.ts";

export default companionRule({
  id: "STO-006",
  title: "Every storage account says whether its blobs keep versions",
  severity: "high",
  why: "On Azure versions and deleted blobs are settings of the account's blob service, a resource of its own; without it there are none.",
  sources: [
    azure("storage/blobs/versioning-overview", "versions of blobs are a setting of the account"),
    cis.azure("9.2.3", "blobs keep versions"),
  ],
  fix: "Add BlobServiceProperties for the account.",
  accompanied: "azure-native:storage:StorageAccount",
  companion: "azure-native:storage:BlobServiceProperties",
  through: "accountName",
});
