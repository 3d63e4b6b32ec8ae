import type { BlobContainer, BlobContainerArgs } from "@pulumi/azure-native/storage/blobContainer.js";
import type {
  BlobServiceProperties,
  BlobServicePropertiesArgs,
} from "@pulumi/azure-native/storage/blobServiceProperties.js";
import type { StorageAccount } from "@pulumi/azure-native/storage/storageAccount.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, groupOf } from "./arm.ts";
import { find, groupId } from "./ids.ts";
import { etag } from "./metadata.ts";
import { storageAccount } from "./storageAccounts.ts";

export const blobServiceProperties: Service<OutputsOf<BlobServiceProperties>> = service<
  BlobServicePropertiesArgs,
  BlobServiceProperties
>("azure-native:storage:BlobServiceProperties", {
  replaceOn: ["accountName", "blobServicesName", "resourceGroupName"],
  create: (input, world) => {
    const account = accountOf(input, world);
    const name = input.blobServicesName ?? "default";
    if (name !== "default") {
      refuse("InvalidResourceName", `The blob service of a storage account is named 'default', not '${name}'.`);
    }
    const id = `${account.id}/blobServices/default`;
    const existing = find(world, blobServiceProperties, id);
    if (existing !== undefined) refuse("ResourceExists", `cannot create already existing resource '${existing.id}'`);
    check(input, account);
    return {
      id,
      name,
      type: "Microsoft.Storage/storageAccounts/blobServices",
      azureApiVersion: "2024-01-01",
      sku: account.state.sku,
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, {});
    check(input, accountOf(input, world));
    return {};
  },
  // The blob service is as old as its account and goes with it: nothing is deleted.
  remove: () => {},
  seconds: { create: 3, update: 3, remove: 1 },
});

export const blobContainer: Service<OutputsOf<BlobContainer>> = service<BlobContainerArgs, BlobContainer>(
  "azure-native:storage:BlobContainer",
  {
    replaceOn: ["containerName", "accountName", "resourceGroupName"],
    naming: {
      property: "containerName",
      pattern: /^.{3,63}$/,
      allowed: "between 3 and 63 characters (OutOfRangeInput)",
      maxLength: 63,
      automatic: false,
    },
    create: (input, world) => {
      const account = accountOf(input, world);
      const name = input.containerName ?? world.logicalName;
      if (!/^(\$root|\$web|\$logs|[a-z0-9](?!.*--)[a-z0-9-]*[a-z0-9])$/.test(name)) {
        refuse("InvalidResourceName", "The specifed resource name contains invalid characters.");
      }
      const id = `${account.id}/blobServices/default/containers/${name}`;
      const existing = find(world, blobContainer, id);
      if (existing !== undefined) refuse("ResourceExists", `cannot create already existing resource '${existing.id}'`);
      checkContainer(input, account);
      return {
        id,
        name,
        type: "Microsoft.Storage/storageAccounts/blobServices/containers",
        azureApiVersion: "2024-01-01",
        defaultEncryptionScope: input.defaultEncryptionScope ?? "$account-encryption-key",
        deleted: false,
        deletedTime: "",
        denyEncryptionScopeOverride: input.denyEncryptionScopeOverride ?? false,
        etag: etag(world),
        hasImmutabilityPolicy: false,
        hasLegalHold: false,
        immutabilityPolicy: { etag: "", state: "Unlocked", updateHistory: [] },
        lastModifiedTime: world.now(),
        leaseDuration: "",
        leaseState: "Available",
        leaseStatus: "Unlocked",
        legalHold: { hasLegalHold: false, tags: [] },
        publicAccess: input.publicAccess ?? "None",
        remainingRetentionDays: 0,
        version: "",
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, {});
      checkContainer(input, accountOf(input, world));
      return { etag: etag(world), lastModifiedTime: world.now() };
    },
    remove: (container, world) => deletable(world, container.id),
    seconds: { create: 2, update: 2, remove: 2 },
  },
);

function accountOf(
  input: { resourceGroupName: string; accountName: string },
  world: World,
): Stored<OutputsOf<StorageAccount>> {
  groupOf(world, input.resourceGroupName);
  const id = `${groupId(world, input.resourceGroupName)}/providers/Microsoft.Storage/storageAccounts/${input.accountName}`;
  return (
    find(world, storageAccount, id) ??
    refuse(
      "ResourceNotFound",
      `The Resource 'Microsoft.Storage/storageAccounts/${input.accountName}' under resource group '${input.resourceGroupName}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    )
  );
}

function check(input: Unwrap<BlobServicePropertiesArgs>, account: Stored<OutputsOf<StorageAccount>>): void {
  const invalid = (parameter: string) =>
    refuse("InvalidValuesForRequestParameters", `Values for request parameters are invalid: ${parameter}.`);
  for (const property of ["deleteRetentionPolicy", "containerDeleteRetentionPolicy"] as const) {
    const policy = input[property];
    if (policy?.enabled !== true) continue;
    if (policy.days === undefined || policy.days < 1 || policy.days > 365) invalid(`${property}.days`);
  }
  const restore = input.restorePolicy;
  if (restore?.enabled === true) {
    const enough =
      input.isVersioningEnabled === true &&
      input.changeFeed?.enabled === true &&
      input.deleteRetentionPolicy?.enabled === true;
    if (!enough) {
      refuse(
        "RestorePolicyPrerequisitesNotMet",
        "Restore policy can only be enabled together with versioning, change feed and delete retention.",
      );
    }
    if (restore.days === undefined || restore.days < 1 || restore.days >= (input.deleteRetentionPolicy?.days ?? 0)) {
      invalid("restorePolicy.days");
    }
  }
  if (input.isVersioningEnabled === true && account.state.isHnsEnabled === true) {
    refuse(
      "FeatureNotSupportedForAccount",
      "Blob versioning is not supported for accounts with hierarchical namespace enabled.",
    );
  }
}

function checkContainer(input: Unwrap<BlobContainerArgs>, account: Stored<OutputsOf<StorageAccount>>): void {
  if ((input.publicAccess ?? "None") !== "None" && account.state.allowBlobPublicAccess !== true) {
    refuse("PublicAccessNotPermitted", "Public access is not permitted on this storage account.");
  }
  const misnamed = Object.keys(input.metadata ?? {}).find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (misnamed !== undefined) {
    refuse(
      "InvalidMetadata",
      `The metadata specified is invalid. It has characters that are not permitted: '${misnamed}'.`,
    );
  }
}
