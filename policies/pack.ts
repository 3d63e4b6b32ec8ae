import { readFileSync } from "node:fs";
import { PolicyPack } from "@pulumi/policy";
import { Config } from "@pulumi/pulumi/config.js";
import { deserializeOnce } from "./deserializeOnce.ts";
import { readExemptions, strangeTypes } from "./exemptions.ts";
import { readLevels } from "./levels.ts";
import { declarations, resourcePolicy, stackPolicy } from "./policies.ts";
import { rules, stackRules } from "./rules/index.ts";
import { Run } from "./run.ts";
import { settingsPolicy, summary } from "./summary.ts";

deserializeOnce();

const beside = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");

const ids = [...rules, ...stackRules].map(({ id }) => id);
const config = new Config("novacron");
// A stack that does not say what it is gets the strictest reading.
const production = config.get("tier") !== "staging";
const { advisory, faults: levelFaults } = readLevels(config.getObject<{ advisory?: unknown }>("policies")?.advisory, {
  production,
  rules: ids,
});
const today = new Date().toISOString().slice(0, 10);
const { exemptions, faults } = readExemptions(beside("exemptions.yaml"), { today, rules: ids });

const isWhole = (process.env.NOVACRON_EXCLUDED_REGIONS ?? "") === "";
const run = new Run({
  production,
  isWhole,
  // An analysis of a state tells a pack no stack, by which the engine else starts it.
  isLive: (process.env.PULUMI_NODEJS_STACK ?? "") !== "",
  advisory,
  exemptions,
  tags: given({ owner: config.get("owner"), "cost-center": config.get("costCenter") }),
});
const { version } = JSON.parse(beside("package.json")) as { version: string };

new PolicyPack("novacron", {
  enforcementLevel: "mandatory",
  policies: [
    declarations(run),
    ...rules.map((rule) => resourcePolicy(rule, run)),
    ...stackRules.map((rule) => stackPolicy(rule, run)),
    // Last, since they tell what the others found.
    settingsPolicy([...faults, ...strangeTypes(exemptions, [...rules, ...stackRules]), ...levelFaults], run),
    summary({ name: "novacron", version, rules: ids.length }, run),
  ],
});

/** Without what the stack's config does not name. */
function given(tags: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([tag, value]) => (value === undefined ? [] : [[tag, value]])),
  );
}
