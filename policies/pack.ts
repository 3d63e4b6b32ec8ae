import { PolicyPack } from "@pulumi/policy";
import { Config } from "@pulumi/pulumi/config.js";
import { Deferrals, resourcePolicy, stackPolicy } from "./policies.ts";
import { rules, stackRules } from "./rules/index.ts";

// A stack that does not say what it is gets the strictest reading.
const production = new Config("novacron").get("tier") !== "staging";
const deferrals = new Deferrals();

new PolicyPack("novacron", {
  enforcementLevel: "mandatory",
  policies: [
    ...rules.map((each) => resourcePolicy(each, { production, deferrals })),
    ...stackRules.map((each) => stackPolicy(each, { production, deferrals })),
    deferrals.policy,
  ],
});
