import { readFileSync } from "node:fs";
import { nearest } from "../../infra/config/spelling.ts";
import { type Exemption, readExemptions } from "../../policies/exemptions.ts";
import { areas, rules, stackRules } from "../../policies/rules/index.ts";
import { command } from "../command.ts";
import { OperatorError } from "../operatorError.ts";
import { json } from "../options.ts";
import { table } from "../table.ts";

const all = [...rules, ...stackRules];

export const policies = command({
  name: "policies",
  summary: "list the rules of the policy pack, and who is exempt from which",
  positionals: [],
  options: { json },
  details:
    "Every `up` and `preview` is judged by them. `novactl policies explain ID` tells why a rule is and what to do.",
  run: async ({ values }) => {
    const { exemptions, faults } = exemptionsNow();
    const rows = areas.flatMap(({ title, rules: own, stackRules: together }) =>
      [...own, ...together].map((rule) => ({
        id: rule.id,
        severity: rule.severity,
        area: title,
        title: rule.title,
        exempt: exemptions.filter((each) => each.rule === rule.id).map(({ resource }) => resource),
      })),
    );
    if (values.json === true) console.log(JSON.stringify({ rules: rows, exemptions, faults }));
    else {
      const cells = rows.map(({ id, severity, area, title, exempt }) => [
        id,
        severity,
        area,
        exempt.length === 0 ? "" : `${exempt.length}`,
        title,
      ]);
      console.log(table(["rule", "severity", "about", "exempt", "what holds"], cells).join("\n"));
      for (const fault of faults) console.error(`policies/exemptions.yaml: ${fault}`);
    }
    return faults.length === 0 ? 0 : 1;
  },
});

export const explain = command({
  name: "policies explain",
  summary: "tell why a rule is, who says so, what to do, which resources it is about and who is exempt",
  positionals: [{ name: "rule", description: "the rule's id, such as DEL-001" }],
  options: { json },
  examples: ["novactl policies explain DEL-001"],
  run: async ({ positionals: [given = ""], values }) => {
    const id = given.toUpperCase();
    const rule = all.find((each) => each.id === id);
    if (rule === undefined) {
      const meant = nearest(
        id,
        all.map((each) => each.id),
      );
      throw new OperatorError(
        `there is no rule '${given}'${meant === undefined ? "" : `, did you mean ${meant}?`}; see \`novactl policies\``,
      );
    }
    const exempt = exemptionsNow().exemptions.filter((each) => each.rule === id);
    if (values.json === true) {
      const { title, severity, why, sources, fix, applies, needs } = rule;
      console.log(JSON.stringify({ id, title, severity, why, sources, fix, applies, needs, exemptions: exempt }));
      return 0;
    }
    console.log(
      [
        `${id} (${rule.severity}): ${rule.title}`,
        "",
        `Why: ${rule.why}`,
        `Fix: ${rule.fix}`,
        "",
        rule.sources.length === 1 ? "Source:" : "Sources:",
        ...rule.sources.map((source) => `  ${source.title}\n    ${"url" in source ? source.url : source.file}`),
        "",
        stackRules.includes(rule as never) ? "Looks at all of these together:" : "Looks at each of:",
        ...rule.applies.map((type) => `  ${type}`),
        ...(rule.needs.length === 0 ? [] : ["", "Waits for `up` while one of these is unknown:"]),
        ...rule.needs.map((path) => `  ${path}`),
        "",
        ...(exempt.length === 0 ? ["Nothing is exempt."] : ["Exempt:", ...exempt.map(describeExemption)]),
      ].join("\n"),
    );
    return 0;
  },
});

function exemptionsNow() {
  return readExemptions(readFileSync(new URL("../../policies/exemptions.yaml", import.meta.url), "utf8"), {
    today: new Date().toISOString().slice(0, 10),
    rules: all.map(({ id }) => id),
  });
}

const describeExemption = ({ resource, stacks, reason, owner, expiry }: Exemption): string =>
  `  ${resource}${stacks === undefined ? "" : ` in ${stacks.join(", ")}`} until ${expiry} (${owner}): ${reason}`;
