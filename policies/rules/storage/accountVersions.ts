import { companionRule } from "../../companion.ts";

export default companionRule({
  id: "STO-006",
  title: "Every storage account says whether its blobs keep versions",
  severity: "high",
  why: "On Azure versions and deleted blobs are settings of the account's blob service, a resource of its own; without it there are none.",
  fix: "Add BlobServiceProperties for the account.",
  accompanied: "azure-native:storage:StorageAccount",
  companion: "azure-native:storage:BlobServiceProperties",
  through: "accountName",
});
