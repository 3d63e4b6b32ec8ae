import type { Area } from "../../area.ts";
import namedResources from "./namedResources.ts";
import narrowGrants from "./narrowGrants.ts";
import nodeCredentials from "./nodeCredentials.ts";
import staticKeys from "./staticKeys.ts";
import trust from "./trust.ts";
import workloadIdentity from "./workloadIdentity.ts";

export const identity: Area = {
  title: "Identity",
  rules: [narrowGrants, namedResources, staticKeys, trust, workloadIdentity, nodeCredentials],
  stackRules: [],
};
