import { readFileSync } from "node:fs";
import { join } from "node:path";
import { planWaves } from "../infra/plan/release.ts";
import { type Exemption, holdsIn, readExemptions } from "../policies/exemptions.ts";
import { type EngineEvent, passThroughWithEvents } from "./eventLog.ts";
import type { Exclusion } from "./excludedRegions.ts";
import { type PolicyRun, policyRun } from "./policyFindings.ts";
import type { Review } from "./review/model.ts";
import { redactorOf, reviewOf } from "./review/review.ts";
import { observe } from "./review/steps.ts";
import type { Session } from "./session.ts";
import { readStackConfig } from "./stackConfig.ts";
import { type StateResource, stateResources } from "./state.ts";

export interface PreviewReview {
  /** Pulumi's exit code. Where there is no review, what it printed is on standard error. */
  code: number;
  /** Undefined: the preview ended before it had found out what changes. */
  review: Review | undefined;
  policies: PolicyRun;
}

/**
 * Previews what `up` would do, with the policy pack on and after a refresh as `up` makes one, and reviews it. Changes
 * nothing.
 * @param resources of the stack's state, which alone knows what depends on what; read at the same time where nobody has yet
 * @param rest further arguments of `pulumi preview`
 */
export async function previewReview(
  session: Session,
  {
    exclusion,
    resources: known,
    rest = [],
  }: { exclusion: Exclusion; resources?: readonly StateResource[] | undefined; rest?: readonly string[] },
): Promise<PreviewReview> {
  const run = { ...session, environment: { ...session.environment, ...exclusion.variables } };
  const flags = ["--stack", session.stack, "--refresh", "--non-interactive", "--suppress-progress"];
  const args = ["preview", ...flags, ...exclusion.flags, ...rest];
  let printed = "";
  const keep = (text: string) => {
    printed = text;
  };
  const [{ code, events }, resources, exemptions] = await Promise.all([
    passThroughWithEvents(run, args, keep),
    known ?? stateResources(session),
    exemptionsOf(session),
  ]);
  const policies = policyRun(events);
  const errors = errorsIn(events);
  // A review says what a rule refuses; whatever else went wrong it does not know.
  if (!events.some(({ summaryEvent }) => summaryEvent !== undefined) || errors.length > 0) {
    console.error(redactorOf(observe(events)).text(printed));
    return { code: code === 0 ? 1 : code, review: undefined, policies };
  }
  const review = reviewOf({ stack: session.stack, events, resources, waves: wavesOf(session), exemptions });
  return { code, review, policies };
}

/** What went wrong beside the policies, of which the engine itself only says that the preview failed. */
const errorsIn = (events: readonly EngineEvent[]): string[] =>
  events.flatMap(({ diagnosticEvent }) => {
    const { severity, message = "" } = diagnosticEvent ?? {};
    const plain = message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
    return severity === "error" && !/^(?:error: )?preview failed$/.test(plain) ? [plain] : [];
  });

/** Exemptions from the project's own pack that hold in the stack; faulty ones, which the pack itself reports, are none. */
async function exemptionsOf({ policyPack, project, stack }: Session): Promise<Exemption[]> {
  if (policyPack === undefined || project.name !== "novacron") return [];
  const { rules, stackRules } = await import("../policies/rules/index.ts");
  const { exemptions } = readExemptions(readFileSync(join(policyPack, "exemptions.yaml"), "utf8"), {
    today: new Date().toISOString().slice(0, 10),
    rules: [...rules, ...stackRules].map(({ id }) => id),
  });
  return exemptions.filter((exemption) => holdsIn(exemption, stack));
}

/** Only this project's config says which regions follow which. */
function wavesOf({ project, stack }: Session): string[][] {
  if (project.name !== "novacron") return [];
  const { release, regions } = readStackConfig(project, stack);
  return planWaves(
    release,
    regions.map(({ name }) => name),
  );
}
