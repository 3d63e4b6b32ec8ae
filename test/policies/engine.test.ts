import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setUpTools } from "../../tools/setup.ts";
import { checkout, makeProject } from "../tools/project.ts";
import { serveEchoProvider } from "./echoProvider.ts";

const PROGRAM = `
  import { Eip } from "@pulumi/aws/ec2/eip.js";
  import { Cluster } from "@pulumi/aws/eks/cluster.js";
  import { Key } from "@pulumi/aws/kms/key.js";
  import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
  import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
  import { Bucket } from "@pulumi/aws/s3/bucket.js";
  import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
  const tags = { project: "novacron", stack: "dev", region: "aws-use1", owner: "platform", "cost-center": "cc-1" };
  const admit = (name, cidrIpv4) =>
    new SecurityGroupIngressRule(name, { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4, tags });
`;

type Pulumi = (...args: string[]) => Promise<{ code: number; output: string }>;

/** A project whose program is the lines given, on a cloud that makes whatever it is asked for, with the policy pack on. */
async function project(t: TestContext, lines: string): Promise<Pulumi> {
  const { pulumi } = await setUpTools(["pulumi"]);
  const provider = await serveEchoProvider();
  const { folder, remove } = await makeProject({
    "Pulumi.yaml": "name: novacron\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "index.ts": `${PROGRAM}${lines}`,
  });
  t.after(() => {
    provider.close();
    remove();
  });
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_OPTION_NON_INTERACTIVE: "true",
    PULUMI_OPTION_COLOR: "never",
    PULUMI_OPTION_POLICY_PACK: join(checkout, "policies"),
    PULUMI_DEBUG_PROVIDERS: `aws:${provider.port}`,
  };
  return (...args) =>
    new Promise((done) => {
      execFile(pulumi, args, { cwd: folder, env }, (error, stdout, stderr) => {
        done({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, output: stdout + stderr });
      });
    });
}

/** Rules that were violated, as the engine prints them. */
const violated = (output: string): string[] =>
  [...output.matchAll(/\[mandatory\].*? ([A-Z0-9]{3}-\d{3}) /g)].map((match) => match[1] ?? "").toSorted();

test("a preview that opens SSH to the internet, or leaves a bucket without its settings, fails and says what to do", async (t) => {
  const pulumi = await project(
    t,
    `
      admit("ssh", "0.0.0.0/0");
      const bucket = new Bucket("artefacts", { tags });
      new BucketPublicAccessBlock("artefacts", {
        bucket: bucket.id, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true,
      });
      new Cluster("cluster", {
        roleArn: "arn:1",
        vpcConfig: { subnetIds: [], publicAccessCidrs: ["198.51.0.0/20"] },
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
        encryptionConfig: { provider: { keyArn: "arn:2" }, resources: ["secrets"] },
        tags,
      });
    `,
  );
  const preview = await pulumi("preview");
  assert.notEqual(preview.code, 0);
  assert.deepEqual(violated(preview.output), ["ENC-002", "K8S-001", "NET-001"], preview.output);
  assert.match(preview.output, /NET-001 {2}\(aws:vpc:SecurityGroupIngressRule: ssh\)/);
  assert.match(preview.output, /it admits anyone to port 22 \(SSH\)/);
  assert.match(preview.output, /Fix: Admit the region's own range/);

  await pulumi("config", "set", "novacron:tier", "staging");
  const staging = await pulumi("preview");
  assert.notEqual(staging.code, 0);
  assert.deepEqual(
    violated(staging.output),
    ["ENC-002", "NET-001"],
    "staging may list broader ranges, and nothing else",
  );
});

test("what a preview cannot know is counted there, and refused by up before it is made", async (t) => {
  const pulumi = await project(
    t,
    `
      const key = new Key("key", { tags });
      const logs = new LogGroup("logs", { kmsKeyId: key.id, tags });
      // Last, so that what is right has been made when up stops.
      const address = new Eip("address", { tags }, { dependsOn: logs });
      admit("ssh", address.id.apply(() => "0.0.0.0/0"));
    `,
  );
  const preview = await pulumi("preview");
  assert.equal(preview.code, 0, preview.output);
  assert.match(preview.output, /\[advisory\].*ENC-001 {2}\(aws:cloudwatch:LogGroup: logs\)/);
  assert.match(preview.output, /deferred to up, which knows kmsKeyId/);
  assert.match(preview.output, /deferred to up, which knows cidrIpv4/);
  assert.match(preview.output, /deferred to up: 3 checks on 2 resources/);

  const up = await pulumi("up", "--yes", "--skip-preview");
  assert.notEqual(up.code, 0);
  assert.deepEqual(violated(up.output), ["NET-001"], up.output);
  assert.doesNotMatch(up.output, /deferred/);
  const state = await pulumi("stack", "export");
  assert.match(state.output, /aws:cloudwatch\/logGroup:LogGroup/);
  assert.doesNotMatch(state.output, /securityGroupIngressRule/);
});
