import { createHash } from "node:crypto";
import type { RuleText } from "../policies/rule.ts";
import { publishedAt } from "../policies/sources/source.ts";
import type { Finding } from "./policyFindings.ts";

/** What code hosts sort security findings by, of ten. */
const SCORES: Record<RuleText["severity"], string> = { critical: "9.5", high: "8.0", medium: "5.0" };

/** Where all resources are declared: findings are about resources, which have no line of their own. */
const PROGRAM = "infra/index.ts";

/**
 * Findings as SARIF 2.1.0, which code hosts show beside a pull request. Each is known again in a later run by its rule and
 * resource. Each stack is a category of its own: GitHub refuses an upload with several runs of one.
 * @param source version of the policy pack, and the stack that it judged
 */
export function sarif(
  findings: readonly Finding[],
  rules: readonly RuleText[],
  { version, stack }: { version: string; stack: string },
) {
  const ids = rules.map(({ id }) => id);
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "novacron-policies",
            version,
            rules: rules.map(descriptor),
          },
        },
        // Up to the last slash it is the category; what would follow names a single run.
        automationDetails: { id: `novacron-policies/${stack}/` },
        results: findings.map(({ rule, level, urn, message }) => ({
          ruleId: rule,
          ...(ids.includes(rule) ? { ruleIndex: ids.indexOf(rule) } : {}),
          level: level === "mandatory" ? "error" : "warning",
          message: { text: message },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: PROGRAM }, region: { startLine: 1 } },
              logicalLocations: [{ fullyQualifiedName: urn, kind: "resource" }],
            },
          ],
          partialFingerprints: {
            "ruleAndResource/v1": createHash("sha256").update(`${rule}\n${urn}\n${message}`).digest("hex"),
          },
        })),
      },
    ],
  };
}

function descriptor({ id, title, severity, why, sources, fix }: RuleText) {
  const helpUri = publishedAt(sources);
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${fix} Sources: ${sources.map((source) => source.title).join("; ")}.` },
    ...(helpUri === undefined ? {} : { helpUri }),
    defaultConfiguration: { level: "error" },
    properties: { "security-severity": SCORES[severity], tags: ["security"] },
  };
}
