import type { Area } from "../../area.ts";
import accountVersions from "./accountVersions.ts";
import bucketPublicAccessBlock from "./bucketPublicAccessBlock.ts";
import bucketVersions from "./bucketVersions.ts";
import closedStorage from "./closedStorage.ts";
import identitiesOnly from "./identitiesOnly.ts";
import publicGrants from "./publicGrants.ts";
import versions from "./versions.ts";

export const storage: Area = {
  title: "Storage",
  rules: [closedStorage, publicGrants, versions, identitiesOnly],
  stackRules: [bucketPublicAccessBlock, bucketVersions, accountVersions],
};
