import type { EngineEvent, Step, StepState } from "../../ops/eventLog.ts";
import { reviewOf } from "../../ops/review/review.ts";
import { type Account, accountText } from "../../policies/account.ts";

/** Events of a preview, made by hand, for tests of what is read from them. */

/** What the engine puts in the place of a secret. */
export const ENGINE_SECRET = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};

export const urnOf = (type: string, name: string): string => `urn:pulumi:staging::novacron::${type}::${name}`;

type Sides = { old?: StepState | null; new?: StepState | null } & Partial<Step>;

/** One step of a resource in a cloud. */
export function step(op: string, type: string, name: string, { old, new: made, ...rest }: Sides = {}): EngineEvent {
  const urn = urnOf(type, name);
  const side = (state: StepState | null | undefined) => (state == null ? null : { custom: true, urn, ...state });
  return {
    resourcePreEvent: { metadata: { op, urn, type, old: side(old), new: side(made), detailedDiff: null, ...rest } },
  };
}

/** An update of inputs, as the engine reports one. */
export const update = (
  type: string,
  name: string,
  before: object,
  after: object,
  rest: Partial<Step> = {},
): EngineEvent =>
  step("update", type, name, {
    old: { inputs: before as Record<string, unknown>, outputs: {} },
    new: { inputs: after as Record<string, unknown> },
    ...rest,
  });

/** The three steps of a replacement, in the engine's order. */
export function replace(type: string, name: string, before: object, after: object, forcedBy: string[]): EngineEvent[] {
  const detailedDiff = Object.fromEntries(
    forcedBy.map((path) => [path, { diffKind: "update-replace", inputDiff: true }]),
  );
  const sides = { old: { inputs: { ...before } }, new: { inputs: { ...after } } };
  return ["create-replacement", "replace", "delete-replaced"].map((op) =>
    step(op, type, name, {
      ...sides,
      ...(op === "delete-replaced" ? { new: null } : { detailedDiff, keys: forcedBy }),
    }),
  );
}

export const summary = (PolicyPacks: Record<string, string> = { novacron: "1.0.0" }): EngineEvent => ({
  summaryEvent: { isPreview: true, result: "succeeded", durationSeconds: 1, resourceChanges: {}, PolicyPacks },
});

/** What the pack says of itself at the end. */
export const account = (of: Partial<Account>): EngineEvent => {
  const none = { exempted: [], deferred: [], deferredResources: 0 };
  const message = `What the policy pack judged\n${accountText({ pack: "novacron", version: "1.0.0", rules: 10, resources: 5, ...none, ...of })}`;
  return { policyEvent: { policyName: "SUMMARY", enforcementLevel: "advisory", message } };
};

export const reviewed = (
  events: readonly EngineEvent[],
  resources: Parameters<typeof reviewOf>[0]["resources"] = [],
  packs?: Record<string, string>,
) => reviewOf({ stack: "staging", events: [...events, summary(packs)], resources });

/** Every changed resource of a review. */
export const resourcesOf = (review: ReturnType<typeof reviewed>) =>
  review.regions.flatMap(({ clouds }) =>
    clouds.flatMap(({ components }) => components.flatMap(({ resources }) => resources)),
  );
