import type { StorageAccount, StorageAccountArgs } from "@pulumi/azure-native/storage/storageAccount.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, newResource, refuseWhileNested } from "./arm.ts";
import { blobContainer } from "./blobs.ts";
import { given } from "./given.ts";
import { childrenOf, parseId, same } from "./ids.ts";
import { zonesOf } from "./locations.ts";
import { identityWith } from "./managedIdentities.ts";
import { checkEncryption, encryptionOf } from "./storageEncryption.ts";
import { checkNetworkRules } from "./storageNetworkRules.ts";
import { checkTags } from "./tags.ts";

const STORAGE_ACCOUNT = "Microsoft.Storage/storageAccounts";

type Input = Unwrap<StorageAccountArgs>;

export const storageAccount: Service<OutputsOf<StorageAccount>> = service<StorageAccountArgs, StorageAccount>(
  "azure-native:storage:StorageAccount",
  {
    replaceOn: [
      "accountName",
      "resourceGroupName",
      "location",
      "isHnsEnabled",
      "enableNfsV3",
      "immutableStorageWithVersioning",
      "dnsEndpointType",
      "extendedLocation",
    ],
    naming: {
      property: "accountName",
      pattern: /^[a-z0-9]{3,24}$/,
      allowed: "between 3 and 24 characters in length, numbers and lower-case letters only (AccountNameInvalid)",
      maxLength: 24,
    },
    create: (input, world) => {
      const name = input.accountName ?? "";
      checkName(name, input.resourceGroupName, world);
      checkTags(input.tags, 128);
      const account = newResource(world, storageAccount, STORAGE_ACCOUNT, input, name);
      check(input, account.id, account.location, world);
      const now = world.now();
      return {
        ...account,
        ...computed(input, world),
        accountMigrationInProgress: false,
        azureApiVersion: "2024-01-01",
        blobRestoreStatus: {
          failureReason: "",
          parameters: { blobRanges: [], timeToRestore: "" },
          restoreId: "",
          status: "",
        },
        creationTime: now,
        customDomain: given(input.customDomain) ?? { name: "" },
        failoverInProgress: false,
        geoReplicationStats: {
          canFailover: false,
          canPlannedFailover: false,
          lastSyncTime: now,
          postFailoverRedundancy: "",
          postPlannedFailoverRedundancy: "",
          status: "Unavailable",
        },
        isSkuConversionBlocked: false,
        keyCreationTime: { key1: now, key2: now },
        kind: input.kind,
        lastGeoFailoverTime: "",
        primaryEndpoints: endpoints(name),
        primaryLocation: account.location,
        privateEndpointConnections: [],
        provisioningState: "Succeeded",
        secondaryEndpoints: endpoints(`${name}-secondary`),
        secondaryLocation: "",
        statusOfPrimary: "available",
        statusOfSecondary: "",
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, input);
      checkTags(input.tags, 128);
      checkUpdate(input, current);
      check(input, current.id, current.region, world);
      return computed(input, world);
    },
    remove: (account, world) => {
      deletable(world, account.id);
      const containers = childrenOf(world, blobContainer, `${account.id}/blobServices/default`);
      // Azure would take containers along. Here each is a resource that a program answers for.
      refuseWhileNested(containers);
    },
    seconds: { create: 25, update: 10, remove: 5 },
  },
);

/** What follows from the inputs with the API's defaults. */
const computed = (input: Input, world: World) => ({
  accessTier: input.accessTier ?? (input.sku.name.startsWith("Premium") ? "Premium" : "Hot"),
  allowBlobPublicAccess: input.allowBlobPublicAccess ?? false,
  allowCrossTenantReplication: input.allowCrossTenantReplication ?? false,
  allowSharedKeyAccess: input.allowSharedKeyAccess ?? true,
  enableHttpsTrafficOnly: input.enableHttpsTrafficOnly ?? true,
  encryption: encryptionOf(input.encryption, world),
  ...(input.identity === undefined ? {} : { identity: identityWith(input.identity, world) }),
  keyPolicy: given(input.keyPolicy) ?? { keyExpirationPeriodInDays: 0 },
  minimumTlsVersion: input.minimumTlsVersion ?? "TLS1_2",
  networkRuleSet: {
    bypass: "AzureServices",
    ipRules: [],
    virtualNetworkRules: [],
    ...given(input.networkRuleSet ?? { defaultAction: "Allow" as const }),
  },
  publicNetworkAccess: input.publicNetworkAccess ?? "Enabled",
  sasPolicy: given(input.sasPolicy) ?? { expirationAction: "Log", sasExpirationPeriod: "" },
  sku: { name: input.sku.name, tier: input.sku.name.startsWith("Premium") ? "Premium" : "Standard" },
});

function checkName(name: string, group: string, world: World): void {
  if (!/^[a-z0-9]{3,24}$/.test(name)) {
    refuse(
      "AccountNameInvalid",
      `${name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.`,
    );
  }
  const taken = world.all(storageAccount).find((other) => other.state.name === name);
  if (taken === undefined) return;
  if (taken.account === world.account) {
    // What is already here is refused as any resource is.
    if (same(parseId(taken.id)?.group ?? "", group)) return;
    refuse(
      "StorageAccountInAnotherResourceGroup",
      `The account ${name} is already in another resource group in this subscription.`,
    );
  }
  refuse("StorageAccountAlreadyTaken", `The storage account named ${name} is already taken.`);
}

const SKUS = [
  "Standard_LRS",
  "Standard_GRS",
  "Standard_RAGRS",
  "Standard_ZRS",
  "Standard_GZRS",
  "Standard_RAGZRS",
  "Premium_LRS",
  "Premium_ZRS",
  "StandardV2_LRS",
  "StandardV2_GRS",
  "StandardV2_ZRS",
  "StandardV2_GZRS",
  "PremiumV2_LRS",
  "PremiumV2_ZRS",
];

const invalid = (parameter: string) =>
  refuse("InvalidValuesForRequestParameters", `Values for request parameters are invalid: ${parameter}.`);

function check(input: Input, id: string, location: string, world: World): void {
  const { kind } = input;
  const sku = input.sku.name;
  if (!SKUS.includes(sku))
    refuse(
      "InvalidAccountType",
      `The AccountType ${sku} is invalid. For more information, see - https://aka.ms/storageaccountskus`,
    );
  if (!["Storage", "StorageV2", "BlobStorage", "BlockBlobStorage", "FileStorage"].includes(kind)) invalid("kind");
  const premium = sku.startsWith("Premium");
  if (["BlockBlobStorage", "FileStorage"].includes(kind) && !premium && !sku.startsWith("StandardV2")) {
    refuse(
      "InvalidAccountTypeForKind",
      `The AccountType ${sku} is not valid for kind ${kind}. Supported are Premium_LRS and Premium_ZRS.`,
    );
  }
  if (kind === "BlobStorage" && (premium || sku.endsWith("ZRS"))) {
    refuse("InvalidAccountTypeForKind", `The AccountType ${sku} is not valid for kind ${kind}.`);
  }
  if (kind === "Storage" && sku.endsWith("GZRS")) {
    refuse("InvalidAccountTypeForKind", `The AccountType ${sku} is not valid for kind ${kind}.`);
  }
  if (sku.includes("ZRS") && zonesOf(location).length === 0) {
    refuse(
      "SkuNotAvailable",
      `The requested sku ${sku} is not available in location '${location}', which has no availability zones.`,
    );
  }
  if (kind === "BlobStorage" && input.accessTier === undefined) {
    refuse("AccountPropertyRequired", "The property 'accessTier' is required for accounts of kind BlobStorage.");
  }
  if (input.accessTier !== undefined && (kind === "Storage" || (premium && input.accessTier !== "Premium"))) {
    refuse(
      "AccountPropertyIsInvalid",
      `Account property accessTier is invalid for the request: kind ${kind}, sku ${sku}.`,
    );
  }
  checkSecurity(input);
  if (input.isHnsEnabled === true && !["StorageV2", "BlockBlobStorage"].includes(kind)) {
    refuse("AccountPropertyIsInvalid", `Account property isHnsEnabled is invalid for the request: kind ${kind}.`);
  }
  if (input.isSftpEnabled === true && input.isHnsEnabled !== true) {
    refuse(
      "AccountPropertyIsInvalid",
      "Account property isSftpEnabled is invalid for the request: it needs isHnsEnabled.",
    );
  }
  if (input.enableNfsV3 === true && input.isHnsEnabled !== true) {
    refuse(
      "AccountPropertyIsInvalid",
      "Account property isNfsV3Enabled is invalid for the request: it needs isHnsEnabled.",
    );
  }
  checkNetworkRules(input.networkRuleSet, world);
  checkEncryption(input, id, world);
}

function checkSecurity(input: Input): void {
  const tls = input.minimumTlsVersion ?? "TLS1_2";
  if (tls === "TLS1_3") refuse("FeatureNotSupported", "Feature MinimumTlsVersion 1.3 is not supported.");
  if (!["TLS1_0", "TLS1_1", "TLS1_2"].includes(tls)) invalid("minimumTlsVersion");
  if (!["Enabled", "Disabled", "SecuredByPerimeter"].includes(input.publicNetworkAccess ?? "Enabled")) {
    invalid("publicNetworkAccess");
  }
  const days = input.keyPolicy?.keyExpirationPeriodInDays;
  if (days !== undefined && (!Number.isInteger(days) || days < 1)) invalid("keyPolicy.keyExpirationPeriodInDays");
  if (input.sasPolicy !== undefined && !/^\d+\.\d{2}:\d{2}:\d{2}$/.test(input.sasPolicy.sasExpirationPeriod)) {
    invalid("sasPolicy.sasExpirationPeriod");
  }
}

/** What an account keeps for life. */
function checkUpdate(input: Input, current: Stored<OutputsOf<StorageAccount>>): void {
  const before = current.inputs as Input;
  if (before.kind !== input.kind && !(input.kind === "StorageV2" && ["Storage", "BlobStorage"].includes(before.kind))) {
    refuse(
      "AccountPropertyCannotBeUpdated",
      "The property 'kind' was specified in the input, but it cannot be updated.",
    );
  }
  const tier = (sku: string) => (sku.startsWith("Premium") ? "Premium" : "Standard");
  if (tier(before.sku.name) !== tier(input.sku.name)) {
    refuse(
      "AccountPropertyCannotBeUpdated",
      "The property 'sku.name' was specified in the input, but it cannot be updated between Standard and Premium.",
    );
  }
  if (
    (before.encryption?.requireInfrastructureEncryption ?? false) !==
    (input.encryption?.requireInfrastructureEncryption ?? false)
  ) {
    refuse(
      "AccountPropertyCannotBeUpdated",
      "The property 'encryption.requireInfrastructureEncryption' was specified in the input, but it cannot be updated.",
    );
  }
}

const endpoints = (name: string) => ({
  blob: `https://${name}.blob.core.windows.net/`,
  dfs: `https://${name}.dfs.core.windows.net/`,
  file: `https://${name}.file.core.windows.net/`,
  queue: `https://${name}.queue.core.windows.net/`,
  table: `https://${name}.table.core.windows.net/`,
  web: `https://${name}.web.core.windows.net/`,
});
