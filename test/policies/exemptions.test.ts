import assert from "node:assert/strict";
import { test } from "node:test";
import { stringify } from "yaml";
import { concerns, type Exemption, holdsIn, readExemptions, strangeTypes } from "../../policies/exemptions.ts";

const EIP = "aws:ec2/eip:Eip";
const sound: Exemption = {
  rule: "TAG-001",
  resource: `${EIP}::aws-use1-nat-*`,
  reason: "The provider drops the tags of addresses that it takes over.",
  owner: "platform-team",
  expiry: "2026-12-31",
};
const occasion = { today: "2026-06-30", rules: ["TAG-001", "ENC-001"] };

const faultsOf = (change: object, today = occasion.today): string[] =>
  readExemptions(stringify([{ ...sound, ...change }]), { ...occasion, today }).faults;

test("an exemption with rule, resource, reason, owner and expiry is taken", () => {
  const { exemptions, faults } = readExemptions(stringify([sound]), occasion);
  assert.deepEqual(faults, []);
  assert.deepEqual(exemptions, [sound]);
});

const wrong: [what: string, change: object, fault: RegExp][] = [
  ["of a rule that there is not", { rule: "TAG-999" }, /no rule 'TAG-999'/],
  ["of every resource", { resource: "*" }, /type token, '::' and a name/],
  ["of every type", { resource: "*::aws-use1-nat" }, /too broad: name one type/],
  ["of part of all types", { resource: "aws:ec2/*::aws-use1-nat" }, /too broad: name one type/],
  ["of every resource of a type", { resource: `${EIP}::*` }, /too broad: the name must hold at least 3/],
  ["of nearly every resource of a type", { resource: `${EIP}::*a-*` }, /too broad/],
  ["without a reason", { reason: "later" }, /reason must say/],
  ["without an owner", { owner: "" }, /owner must name/],
  ["without an expiry", { expiry: undefined }, /expiry must be a day/],
  ["with an expiry that is no day", { expiry: "next week" }, /expiry must be a day/],
  ["with an expiry in a year or more", { expiry: "2027-12-31" }, /more than 366 days away/],
  ["with a misspelt field", { ressource: "x" }, /unknown field 'ressource'/],
  ["for no stack", { stacks: [] }, /stacks must be a list/],
  ["for production alone", { stacks: ["prod"] }, /names prod and not staging/],
];
for (const [what, change, fault] of wrong) {
  test(`an exemption ${what} is an error and exempts nothing`, () => {
    const { exemptions, faults } = readExemptions(stringify([{ ...sound, ...change }]), occasion);
    assert.deepEqual(exemptions, []);
    assert.equal(faults.length, 1, faults.join());
    assert.match(faults[0] ?? "", fault);
  });
}

test("an exemption holds on its last day and is an error on the next", () => {
  assert.deepEqual(faultsOf({}, "2026-12-31"), []);
  assert.match(faultsOf({}, "2027-01-01").join(), /expired on 2026-12-31/);
});

test("one bad exemption leaves the others standing", () => {
  const { exemptions, faults } = readExemptions(stringify([{ ...sound, owner: "" }, "no object", sound]), occasion);
  assert.deepEqual(exemptions, [sound]);
  assert.equal(faults.length, 2);
  assert.match(faults[1] ?? "", /exemption 2: is no object/);
});

test("an exemption concerns the resources of its type that its pattern names, and no other", () => {
  assert.ok(concerns(sound, EIP, "aws-use1-nat-a"));
  assert.ok(!concerns(sound, EIP, "other-aws-use1-nat-a"));
  assert.ok(!concerns(sound, "aws:ec2/vpc:Vpc", "aws-use1-nat-a"));
  const dotted = { ...sound, resource: `${EIP}::a.bc` };
  assert.ok(concerns(dotted, EIP, "a.bc"));
  assert.ok(!concerns(dotted, EIP, "axbc"), "a dot is a dot");
});

test("an exemption holds in the stacks that it names, and in all where it names none", () => {
  const inStaging = { ...sound, stacks: ["staging"] };
  assert.deepEqual(
    [sound, inStaging].map((each) => holdsIn(each, "prod")),
    [true, false],
  );
  assert.ok(holdsIn(inStaging, "staging"));
  assert.deepEqual(faultsOf({ stacks: ["staging", "prod"] }), []);
});

test("an exemption of a type that its rule is not about can let nothing off, and is told", () => {
  const rules = [
    { id: "TAG-001", applies: [EIP] },
    { id: "ENC-001", applies: ["aws:kms/key:Key"] },
    { id: "SEC-001", applies: ["*"] },
  ];
  const strange = (rule: string, type: string) =>
    strangeTypes([{ ...sound, rule, resource: `${type}::some-name` }], rules);
  assert.deepEqual(strange("TAG-001", EIP), []);
  assert.match(
    strange("TAG-001", "aws:ec2/eip:EIP").join(),
    /EIP::some-name from TAG-001: the rule is not about such a type/,
  );
  assert.equal(strange("TAG-001", "aws:kms/key:Key").length, 1, "another rule's");
  assert.deepEqual(strange("SEC-001", "aws:kms/key:Key"), []);
  assert.deepEqual(strange("SEC-001", "aws:route53/record:Record"), [], "of which no other rule says anything");
  assert.equal(strange("SEC-001", "aws:kms/key:Kay").length, 1, "misspelt");
  assert.deepEqual(strange("ENC-001", "pulumi:pulumi:Stack"), [], "where no resource is to blame");
});
