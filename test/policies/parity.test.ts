import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalType } from "../../policies/rule.ts";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { UNCOVERED } from "../../policies/uncovered.ts";
import { declaredStack } from "./declaredStack.ts";

/** Rules about more than what a type is for: that one has tags says nothing of what it opens, grants or keeps. */
const ANYWHERE = ["TAG-001"];

const covered = new Set(
  [...rules, ...stackRules]
    .filter(({ id }) => !ANYWHERE.includes(id))
    .flatMap(({ applies }) => applies)
    // One that ends in `*` is about whatever there is.
    .filter((type) => !type.endsWith("*")),
);

const declared = [...(await declaredStack("staging")), ...(await declaredStack("prod"))];
const registered = [...new Set(declared.map(({ type }) => canonicalType(type)))].toSorted();

test("every type that the program registers is covered by a rule of its own, or left out for a reason", () => {
  assert.ok(registered.length > 100, `only ${registered.length} types found`);
  for (const cloud of ["aws:", "azure-native:", "gcp:", "kubernetes:"])
    assert.ok(registered.filter((type) => type.startsWith(cloud)).length > 20, `hardly any of ${cloud}`);
  assert.deepEqual(
    registered.filter((type) => !covered.has(type) && UNCOVERED[type] === undefined),
    [],
    "write a rule about it, or say in policies/uncovered.ts why none is needed",
  );
});

test("what is left out of the rules is registered, is covered by none, and has its reason", () => {
  for (const [type, reason] of Object.entries(UNCOVERED)) {
    assert.ok(registered.includes(type), `${type} is no longer registered: take it out of policies/uncovered.ts`);
    assert.ok(!covered.has(type), `${type} is covered now: take it out of policies/uncovered.ts`);
    assert.ok(reason.length > 20, type);
  }
});

/** One requirement and what stands for it in each world. */
const CLOUDS = ["aws:", "azure-native:", "gcp:"];

/** Rules that are about something only some of the clouds have, with the reason. */
const PARTIAL: Readonly<Record<string, string>> = {
  "ENC-002": "Azure and Google Cloud keep it on the bucket itself: ENC-001",
  "IAM-006": "AKS has it as a preview feature only; NET-010 keeps pods from the address there",
  "K8S-006": "what these add-ons bring is built into AKS and GKE, and NET-007 and IAM-005 ask for it",
  "LOG-003": "Azure: LOG-004",
  "LOG-004": "AWS and Google Cloud keep it on the cluster itself: LOG-003, LOG-005",
  "LOG-005": "Azure: LOG-004",
  "MSH-007": "on Azure the addresses inside are listed by the gateways at the other end",
  "NET-007": "EKS: K8S-006",
  "PRT-001": "Azure: PRT-002",
  "PRT-002": "AWS and Google Cloud: PRT-001",
  "PRT-003": "AWS: transit gateways, S3 and KMS span zones by themselves; PRT-004 for the rest",
  "PRT-004": "Google Cloud: PRT-003",
  "STO-003": "Azure and Google Cloud keep it on the bucket itself: STO-001",
  "STO-005": "Google Cloud keeps it on the bucket itself: STO-004; Azure: STO-006",
  "STO-006": "Google Cloud keeps it on the bucket itself: STO-004; AWS: STO-005",
  "STO-007": "Google Cloud: uniform access, STO-001",
  "TLS-007": "Google Cloud's storage answers over TLS alone",
  "TLS-008": "only S3 asks for TLS in a policy: TLS-007",
  "TLS-011": "only Route 53 decides between regions",
};

test("a rule about resources of a cloud is about all three, unless only some of them have the thing", () => {
  const partial = [...rules, ...stackRules].filter(({ applies }) => {
    const clouds = CLOUDS.filter((cloud) => applies.some((type) => type.startsWith(cloud)));
    return clouds.length > 0 && clouds.length < CLOUDS.length;
  });
  assert.deepEqual(
    partial.map(({ id }) => id).filter((id) => PARTIAL[id] === undefined),
    [],
    "map the requirement to the other clouds' types, or say in PARTIAL why they have none",
  );
  for (const id of Object.keys(PARTIAL))
    assert.ok(
      partial.some((rule) => rule.id === id),
      `${id} covers all three now`,
    );
});
