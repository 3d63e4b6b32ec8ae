import { createHash } from "node:crypto";
import type { DangerClass, Review } from "./model.ts";

/** Where a stack is declared: findings are about resources, which have no line of their own. */
const stackFile = (stack: string): string => `Pulumi.${stack}.yaml`;

interface Finding {
  rule: string;
  level: "error" | "warning" | "note";
  message: string;
  urns: readonly string[];
}

/**
 * What a review finds as SARIF 2.1.0 (OASIS), which code hosts show beside a pull request: broken rules of the policy pack,
 * and dangers by class. Each is known again in a later run by its rule, resources and message.
 */
export function toSarif({ stack, policies, dangers }: Review): string {
  const findings: Finding[] = [
    ...policies.violations.map(
      ({ rule, level, urn, message }): Finding => ({
        rule,
        level: level === "mandatory" ? "error" : "warning",
        message,
        urns: urn === undefined ? [] : [urn],
      }),
    ),
    ...dangers.map(
      ({ class: name, text, resources }): Finding => ({
        rule: ruleOf(name),
        level: "note",
        message: text,
        urns: resources,
      }),
    ),
  ];
  const ids = [...new Set(findings.map(({ rule }) => rule))].toSorted();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "novactl diff", rules: ids.map((id) => ({ id })) } },
        // Reviews of several stacks stand side by side.
        automationDetails: { id: `novactl-diff/${stack}/` },
        results: findings.map(({ rule, level, message, urns }) => ({
          ruleId: rule,
          ruleIndex: ids.indexOf(rule),
          level,
          message: { text: message },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: stackFile(stack) }, region: { startLine: 1 } },
              logicalLocations: urns.map((urn) => ({ fullyQualifiedName: urn, kind: "resource" })),
            },
          ],
          partialFingerprints: {
            "ruleAndResources/v1": createHash("sha256")
              .update(JSON.stringify([rule, urns, message]))
              .digest("hex"),
          },
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

const ruleOf = (name: DangerClass): string => `danger/${name}`;
