import type { Option } from "./command.ts";
import { OperatorError } from "./operatorError.ts";
import { unallowed } from "./review/dangers.ts";
import { DANGER_CLASSES, type DangerClass, type Review } from "./review/model.ts";

/** How an operator agrees to a class of dangers by name. */
export const allowOption = {
  type: "string",
  multiple: true,
  value: "CLASS",
  description: "agree to a class of dangerous changes, such as replace-nodes; `diff` names those that a change has",
} satisfies Option;

/** The classes of `--allow`. @throws naming every one that does not exist */
export function readAllowed(given: readonly string[]): DangerClass[] {
  const unknown = given.filter((name) => !DANGER_CLASSES.some((known) => known === name));
  if (unknown.length > 0)
    throw new OperatorError(
      `${unknown.map((name) => `--allow '${name}'`).join(", ")}: no such class of dangers; there are ${DANGER_CLASSES.join(", ")}`,
    );
  return DANGER_CLASSES.filter((known) => given.includes(known));
}

/** Why a change is refused and what to do; undefined when everything dangerous in it was agreed to. */
export function refusal(review: Review, allowed: readonly DangerClass[]): string | undefined {
  const missing = unallowed(review.dangers, allowed);
  if (missing.length === 0) return undefined;
  const reasons = missing.flatMap((name) => {
    const found = review.dangers.filter((danger) => danger.class === name);
    const more = found.length > 1 ? ` (and ${found.length - 1} more)` : "";
    return `  ${name}: ${found[0]?.text}${more}`;
  });
  return [
    `refused before anything was touched: ${missing.length === 1 ? "a danger" : `${missing.length} kinds of dangers`} that nobody has agreed to`,
    ...reasons,
    `if all of this is meant, add ${missing.map((name) => `--allow ${name}`).join(" ")}`,
  ].join("\n");
}

/**
 * What the stack's history keeps of a consent: the classes that the change really had, those of the operator and those of
 * the review apart, and what it was compared with.
 */
export function consentRecord(
  review: Review,
  allowed: readonly DangerClass[],
  reviewed?: { name: string; allowed: readonly DangerClass[] },
): string | undefined {
  const used = (classes: readonly DangerClass[]) =>
    classes.filter((name) => review.dangers.some((danger) => danger.class === name)).join(", ");
  const [own, reviewers] = [used(allowed), used(reviewed?.allowed ?? [])];
  const parts = [
    ...(own === "" ? [] : [`allowed ${own}`]),
    ...(reviewed === undefined ? [] : [`as reviewed (${reviewed.name})`]),
    ...(reviewers === "" ? [] : [`allowed by the review ${reviewers}`]),
  ];
  return parts.length === 0 ? undefined : `novactl up: ${parts.join("; ")}`;
}
