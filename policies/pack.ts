import { PolicyPack } from "@pulumi/policy";
import { Config } from "@pulumi/pulumi/config.js";
import { companionPolicy, Deferrals, resourcePolicy } from "./policies.ts";
import { companionRules, rules } from "./rules/index.ts";

// A stack that does not say what it is gets the strictest reading.
const production = new Config("novacron").get("tier") !== "staging";
const deferrals = new Deferrals();

new PolicyPack("novacron", {
  enforcementLevel: "mandatory",
  policies: [
    ...rules.map((each) => resourcePolicy(each, { production, deferrals })),
    ...companionRules.map(companionPolicy),
    deferrals.policy,
  ],
});
