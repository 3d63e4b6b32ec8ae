import type { Exemption } from "../../policies/exemptions.ts";
import type { EngineEvent } from "../eventLog.ts";
import { policyRun } from "../policyFindings.ts";
import { isProvider, placeOf, urnParts } from "../state.ts";
import { admissionsOf } from "./admissions.ts";
import { changedProperties } from "./changedProperties.ts";
import { dangersOf, linksIn, type Placed } from "./dangers.ts";
import { type DependentResource, type DependentsOf, dependentsIn, NO_DEPENDENTS } from "./dependents.ts";
import { driftReport, repairs } from "./driftReport.ts";
import { marksOf } from "./marks.ts";
import { ACTIONS, type RegionChanges, type Replacement, type ResourceChange, type Review } from "./model.ts";
import { safePath } from "./paths.ts";
import { type Place, placeOfStep } from "./place.ts";
import { policyReport } from "./policyReport.ts";
import { diffValues } from "./propertyDiff.ts";
import { meshChangeOf } from "./reachability.ts";
import { leaksIn, Redactor } from "./redaction.ts";
import { firstSentence } from "./sentence.ts";
import { sidesOf } from "./sides.ts";
import { statementsOf } from "./statements.ts";
import { compare, type Observed, observe, type ResourceStep } from "./steps.ts";

export interface ReviewSources {
  stack: string;
  /** Of one preview. */
  events: readonly EngineEvent[];
  /** The state before it: what depends on what, and the parts of every link. */
  resources: readonly DependentResource[];
  /** The regions of each wave of a release in order, from the stack's config. @default none: not known */
  waves?: readonly (readonly string[])[];
  /** From rules of the policy pack, as far as they hold in this stack. @default none */
  exemptions?: readonly Exemption[];
}

/** Makes a review of a preview. The same preview gives the same review, whatever order its events came in. */
export function reviewOf({ stack, events, resources, waves = [], exemptions = [] }: ReviewSources): Review {
  const seen = observe(events);
  const redactor = redactorOf(seen);
  const observed = withSafePaths(seen, redactor);
  const dependents = dependentsIn(resources);
  const existing = new Set(
    resources.filter((each) => each.custom && !isProvider(each)).map((each) => placeOf(each).region),
  );
  const placed = observed.steps.map((step) => ({
    step,
    place: placeOfStep(step),
    change: resourceChange(step, observed, redactor, dependents),
  }));
  // A provider may say "update" where nothing that anybody can see differs.
  const changes = placed.map(
    ({ step, place: { region }, change }): Placed => ({
      region,
      change,
      stateUrn: step.formerUrn ?? step.urn,
      // A region that is new begins with what it needs.
      admits: step.action !== "create" || existing.has(region) ? admissionsOf(step, redactor) : [],
    }),
  );
  const outputs = stackOutputs(observed, redactor);
  const sides = sidesOf(events);
  const policies = policyReport({ run: policyRun(events), exemptions, sides }, redactor);
  const drift = driftReport(observed, redactor);
  const dangers = dangersOf(changes, { links: linksIn(resources), dependents });
  const mesh = meshChangeOf(sides);
  const statements = statementsOf({ sides, outputs: observed.outputs, mesh, waves });
  const counts = {
    ...(Object.fromEntries(
      ACTIONS.map((action) => [action, changes.filter(({ change }) => change.action === action).length]),
    ) as Record<(typeof ACTIONS)[number], number>),
    unchanged: observed.unchanged,
  };
  const safe = statements.map((statement) => ({
    ...statement,
    text: redactor.text(statement.text),
    ...(statement.short === undefined ? {} : { short: redactor.text(statement.short) }),
  }));
  const told = { changes, counts, drift, statements: safe, dangers, policies, outputs: outputs.length };
  return {
    format: 1,
    stack,
    sentence: firstSentence(told),
    counts,
    dangers,
    statements: safe,
    regions: byPlace(placed),
    outputs,
    policies,
    drift,
    ...(mesh === undefined ? {} : { mesh }),
  };
}

/** Knows every text that is secret somewhere in the preview. */
export const redactorOf = ({ steps, refreshed }: Observed): Redactor => new Redactor(leaksIn([...steps, ...refreshed]));

/** Providers name what differs by paths in which keys of maps stand as they are. */
function withSafePaths(observed: Observed, redactor: Redactor): Observed {
  const safe = (path: string) => safePath(path, redactor);
  return {
    ...observed,
    steps: observed.steps.map((step) => ({
      ...step,
      differs: new Map([...step.differs].map(([path, how]) => [safe(path), how])),
      forcing: step.forcing.map(safe),
    })),
    refreshed: observed.refreshed.map((each) => ({ ...each, differs: each.differs.map(safe) })),
  };
}

function resourceChange(
  step: ResourceStep,
  { refreshed }: Observed,
  redactor: Redactor,
  dependents: DependentsOf,
): ResourceChange {
  const { urn, type, action, formerUrn } = step;
  const properties = changedProperties(step, redactor);
  const interrupted = action === "replace" || action === "delete";
  return {
    urn,
    type,
    name: urnParts(urn).name,
    action,
    ...(formerUrn === undefined ? {} : { renamedFrom: urnParts(formerUrn).name }),
    marks: marksOf(type),
    properties,
    ...(action === "replace" ? { replacement: replacement(step) } : {}),
    dependents: interrupted ? dependents([formerUrn ?? urn]) : NO_DEPENDENTS,
    ...(repairs(urn, step.new?.inputs, refreshed) ? { repairsDrift: true as const } : {}),
  };
}

function replacement({ differs, forcing, oldFirst }: ResourceStep): Replacement {
  const detailed = [...differs].flatMap(([path, { forces }]) => (forces ? [path] : []));
  const forcedBy = detailed.length > 0 ? detailed : forcing;
  return { forcedBy: forcedBy.toSorted(compare), order: oldFirst ? "old one first" : "new one first" };
}

const stackOutputs = ({ outputs }: Observed, redactor: Redactor) =>
  diffValues(
    redactor.properties("pulumi:pulumi:Stack", outputs.before),
    redactor.properties("pulumi:pulumi:Stack", outputs.after),
    "",
    () => false,
  );

/** By region, cloud and component. What belongs to no region comes last. */
function byPlace(placed: readonly { place: Place; change: ResourceChange }[]): RegionChanges[] {
  return grouped(placed, ({ place }) => place.region).map(([region, inRegion]) => ({
    region,
    clouds: grouped(inRegion, ({ place }) => place.cloud).map(([cloud, inCloud]) => ({
      cloud,
      components: grouped(inCloud, ({ place }) => place.component).map(([component, inComponent]) => ({
        component,
        resources: inComponent.map(({ change }) => change),
      })),
    })),
  }));
}

function grouped<Item>(items: readonly Item[], nameOf: (item: Item) => string): [string, Item[]][] {
  const groups = Object.entries(Object.groupBy(items, nameOf)) as [string, Item[]][];
  return groups.toSorted(([a], [b]) => Number(a === "global") - Number(b === "global") || compare(a, b));
}
