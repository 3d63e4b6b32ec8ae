import type { Area } from "../../area.ts";
import bucketPublicAccessBlock from "./bucketPublicAccessBlock.ts";
import closedStorage from "./closedStorage.ts";
import publicGrants from "./publicGrants.ts";

export const storage: Area = {
  title: "Storage",
  rules: [closedStorage, publicGrants],
  stackRules: [bucketPublicAccessBlock],
};
