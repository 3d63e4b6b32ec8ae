import { PolicyPack } from "@pulumi/policy";

/** A pack of one policy that says nothing: what the SDK alone costs. */
new PolicyPack("empty", {
  enforcementLevel: "mandatory",
  policies: [{ name: "nothing", description: "Says nothing", validateStack: () => {} }],
});
