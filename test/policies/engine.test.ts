import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { engineProject, refusing } from "./engineProject.ts";
import { changed, type Declared } from "./fixtures/fixture.ts";
import { goodOne } from "./fixtures/index.ts";

const SG_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

const declared = (type: string, name: string, change: Record<string, unknown> = {}): Declared => {
  const example = goodOne(type);
  const properties = Object.entries(change).reduce(
    (before, [place, value]) => changed(before, place, value),
    example.properties,
  );
  return { ...example, type: example.type, name, properties, options: { secretInputs: [], ...example.options } };
};

test("a preview that opens SSH to the internet, or leaves a bucket without its settings, fails and says what to do", async (t) => {
  const ssh = declared(SG_INGRESS, "ssh", { fromPort: 22, toPort: 22, cidrIpv4: "0.0.0.0/0" });
  const endpoints = declared(SG_INGRESS, "endpoints-https", { cidrIpv4: "0.0.0.0/0" });
  const bucket = declared("aws:s3/bucket:Bucket", "artefacts");
  const office = declared("aws:eks/cluster:Cluster", "cluster", { "vpcConfig.publicAccessCidrs[0]": "198.51.0.0/20" });
  const { judged, configure } = await engineProject(t, [ssh, endpoints, bucket, office]);
  const preview = await judged("preview");
  assert.notEqual(preview.code, 0);
  for (const rule of ["ENC-002", "STO-003", "NET-001", "NET-002", "K8S-001"])
    assert.ok(refusing(preview).includes(rule), `${rule}\n${preview.output}`);
  const opened = preview.findings.filter(({ rule }) => rule === "NET-002").map(({ urn }) => urn.split("::").at(-1));
  assert.deepEqual(opened, ["endpoints-https"], "443 of an endpoint's group is no edge");
  const finding = preview.findings.find(({ rule }) => rule === "NET-001");
  assert.match(finding?.urn ?? "", /::ssh$/);
  assert.match(
    finding?.message ?? "",
    /it admits anyone to port 22 \(SSH\)\. Fix: Admit the region's own range.* Why: `novactl policies explain NET-001`$/,
  );

  configure({ tier: "staging" });
  const staging = await judged("preview");
  assert.ok(refusing(staging).includes("NET-001"));
  assert.ok(!refusing(staging).includes("K8S-001"), "staging may list broader ranges");

  configure({ tier: "staging", policies: { advisory: ["NET-001"] } });
  const loosened = await judged("preview");
  assert.ok(!refusing(loosened).includes("NET-001"), "staging may let a rule warn only");
  assert.ok(loosened.findings.some(({ rule, level }) => rule === "NET-001" && level === "advisory"));

  configure({ tier: "production", policies: { advisory: ["NET-001"] } });
  const production = await judged("preview");
  assert.ok(refusing(production).includes("NET-001"), "production may not");
  assert.ok(refusing(production).includes("SETTINGS"), "and says so");
});

test("what a preview cannot know is counted there, and refused by up before it is made", async (t) => {
  const logs = declared(LOG_GROUP, "logs");
  const address: Declared = {
    type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    name: "address",
    properties: {},
  };
  const ssh = declared(SG_INGRESS, "ssh", { fromPort: 22, toPort: 22, cidrIpv4: "0.0.0.0/0" });
  const { judged, pulumi, configure } = await engineProject(t, [
    logs,
    address,
    { ...ssh, comesFrom: { cidrIpv4: ["address"] } },
  ]);
  configure({ tier: "staging" });
  const preview = await judged("preview");
  assert.equal(preview.code, 0, preview.output);
  assert.deepEqual(preview.findings, []);
  assert.match(preview.summary ?? "", /^novacron 0\.\d+\.\d+: \d+ rules, \d resources; exempted: 0 resources; /);
  assert.match(preview.summary ?? "", /deferred to up: \d+ checks \(.*NET-001 1.*\) on 1 resource$/);

  const up = await judged("up", "--yes", "--skip-preview");
  assert.notEqual(up.code, 0);
  assert.deepEqual(refusing(up), ["NET-001"], up.output);
  const { output: state } = await pulumi("stack", "export");
  assert.match(state, /routeTableAssociation/);
  assert.doesNotMatch(state, /securityGroupIngressRule/);
});

test("what the whole stack carries in its tags is filled in, and said; what only a region knows is asked for", async (t) => {
  const { judged, configure } = await engineProject(t, [
    declared(LOG_GROUP, "no-owner", { "tags.owner": undefined }),
    declared(LOG_GROUP, "no-region", { "tags.region": undefined }),
  ]);
  configure({ tier: "staging", owner: "platform", costCenter: "cc-1" });
  const preview = await judged("preview");
  assert.deepEqual(
    preview.findings.map(({ rule, urn }) => [rule, urn.split("::").at(-1)]),
    [["TAG-001", "no-region"]],
    preview.output,
  );
  assert.match(preview.output, /\[remediate\] +TAG-001 +\(1 resource\)/);
});

test("an exemption lets its resource off and no other; one that has expired, that nothing needs or that means all is an error", async (t) => {
  const { judged, configure, folder, declare } = await engineProject(
    t,
    [declared(LOG_GROUP, "plain-old", { kmsKeyId: undefined })],
    { ownPack: true },
  );
  configure({ tier: "staging" });
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const exempt = (expiry: string, ...types: string[]) =>
    writeFileSync(
      join(folder, "policies", "exemptions.yaml"),
      stringify(
        [LOG_GROUP, ...types].map((type) => ({
          rule: "ENC-001",
          resource: `${type}::plain-*`,
          reason: "The key of this group is made by hand and moves next month.",
          owner: "platform-team",
          expiry,
        })),
      ),
    );
  exempt(day(7));
  const exempted = await judged("preview");
  assert.equal(exempted.code, 0, exempted.output);
  assert.match(exempted.summary ?? "", /exempted: 1 resource \(ENC-001 1\)/);

  exempt(day(-1));
  const expired = await judged("preview");
  assert.deepEqual(refusing(expired), ["ENC-001", "SETTINGS"], expired.output);
  assert.match(expired.findings.find(({ rule }) => rule === "SETTINGS")?.message ?? "", /expired on/);

  exempt(day(7), "aws:cloudwatch/loggroup:LogGroup");
  declare([declared(LOG_GROUP, "plain-old"), declared(LOG_GROUP, "plain-new")]);
  const unused = await judged("preview");
  assert.deepEqual(refusing(unused), ["SETTINGS"], unused.output);
  const said = unused.findings.map(({ message }) => message).join("\n");
  assert.match(said, /loggroup:LogGroup::plain-\* from ENC-001: the rule is not about such a type/);
  assert.match(said, /logGroup:LogGroup::plain-\* from ENC-001 is not needed/);
  assert.match(said, /logGroup:LogGroup::plain-\* from ENC-001 is too broad/);
});
