import type { CompanionRule } from "../companion.ts";
import type { Rule } from "../rule.ts";
import adminPorts from "./adminPorts.ts";
import bucketEncryption from "./bucketEncryption.ts";
import bucketPublicAccessBlock from "./bucketPublicAccessBlock.ts";
import closedStorage from "./closedStorage.ts";
import clusterAccess from "./clusterAccess.ts";
import clusterAccounts from "./clusterAccounts.ts";
import customerKeys from "./customerKeys.ts";
import publicGrants from "./publicGrants.ts";
import publicPorts from "./publicPorts.ts";
import requiredTags from "./requiredTags.ts";

/** Rules about one resource by itself. */
export const rules: readonly Rule[] = [
  customerKeys,
  closedStorage,
  publicGrants,
  adminPorts,
  publicPorts,
  requiredTags,
  clusterAccess,
  clusterAccounts,
];

/** Rules about resources that belong together. */
export const companionRules: readonly CompanionRule[] = [bucketEncryption, bucketPublicAccessBlock];
