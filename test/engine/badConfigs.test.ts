import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { sarif } from "../../ops/sarif.ts";
import { put } from "../config/rejects.ts";
import { CheckoutProgram } from "./checkoutProgram.ts";

/**
 * Faults that people make, as [what, changes by path, what the message must name]. That each gives exactly one problem with
 * value, allowed values and advice is tested rule by rule in test/config; here the engine itself must refuse and change nothing.
 */
const faults: [what: string, changes: Record<string, unknown>, named: RegExp][] = [
  ["a wrong type", { "regions[0].number": "one" }, /regions\[0\]\.number is "one"/],
  ["an unknown key", { regoins: [] }, /regoins.*\n[\s\S]*regions/],
  ["an unknown nested key", { "regions[0].acess": { via: "vpn" } }, /acess/],
  ["a missing key", { owner: undefined }, /novacron:owner is missing/],
  ["overlapping ranges", { "regions[1].cidr": "10.2.0.0/15" }, /10\.2\.0\.0\/15/],
  ["a range of the wrong size", { "regions[1].cidr": "10.20.0.0/16" }, /\/15/],
  ["a range outside the address space", { "regions[1].cidr": "192.168.0.0/15" }, /192\.168\.0\.0\/15/],
  ["one zone", { "regions[0].zones": ["us-east-1a"] }, /at least two zones/],
  ["a zone of another region", { "regions[0].zones": ["us-east-1a", "us-west-2a"] }, /us-west-2a/],
  ["the same zone twice", { "regions[0].zones": ["us-east-1a", "us-east-1a"] }, /us-east-1a/],
  ["a duplicate ASN", { "regions[0].asn": 64700, "regions[1].asn": 64700 }, /64700/],
  ["an ASN that Azure keeps", { "regions[0].asn": 65515 }, /65515/],
  ["a public ASN", { "regions[0].asn": 13335 }, /13335/],
  ["an unknown location", { "regions[0].location": "us-east-9" }, /us-east-9/],
  ["an unknown cloud", { "regions[0].cloud": "ibm" }, /ibm/],
  ["no access path", { "regions[0].access": undefined }, /access is missing/],
  ["an access path that is empty", { "regions[0].access": {} }, /regions\[0\]\.access/],
  ["an API open to everyone", { "regions[0].access": { operatorCidrs: ["0.0.0.0/0"] } }, /0\.0\.0\.0\/0/],
  ["operators in a private range", { "regions[0].access": { operatorCidrs: ["10.9.0.0/16"] } }, /10\.9\.0\.0\/16/],
  ["a duplicate number", { "regions[1].number": 1 }, /regions\[1\]\.number is 1/],
  ["a number beyond the mesh", { "regions[1].number": 12 }, /mesh\.capacity/],
  ["a name in capitals", { "regions[0].name": "AWS-1" }, /AWS-1/],
  ["a loss that cannot be survived", { "quorum.pbft.survive": ["region"] }, /survive/],
  ["a protocol with replicas nowhere", { "quorum.raft.replicas": { "aws-mars1": 3 } }, /aws-mars1/],
  ["stale by design", { "quorum.sync": { intervalMilliseconds: 9000 } }, /9,?000/],
  ["a pair without its distance", { roundTrips: [] }, /roundTrips/],
  ["fewer nodes than zones", { "regions[0].nodePools": { system: { minSize: 1 } } }, /minSize/],
  ["an account that is none", { "clouds.aws.accountId": "12345" }, /12345/],
  ["an unknown tier", { tier: "qa" }, /"qa"/],
  ["a Kubernetes version that is none", { kubernetesVersion: "latest" }, /latest/],
];

const program = new CheckoutProgram();

/** Opens SSH to the internet, and fails once that has been judged. */
const FAILING = `
  import { Provider } from "@pulumi/aws/provider.js";
  import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
  const provider = new Provider("aws", { region: "us-east-1" });
  const ssh = new SecurityGroupIngressRule(
    "ssh",
    { securityGroupId: "sg-0123456789abcdef0", ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "0.0.0.0/0" },
    { provider },
  );
  ssh.urn.apply(() => {
    throw new Error("the program ends here");
  });
`;

describe("a bad config ends a preview with exit code 1, one error and nothing changed", { concurrency: 1 }, () => {
  after(() => program.remove());

  assert.ok(faults.length >= 25);
  for (const [what, changes, named] of faults) {
    test(what, async () => {
      program.configure((config) => {
        for (const [path, value] of Object.entries(changes)) put(config, path, value);
      });
      const { code, stdout, stderr } = await program.novactl("preview", "staging", "--sim");
      const output = stdout + stderr;
      assert.equal(code, 1, output);
      assert.match(output, named);
      assert.match(output, /to do:/);
      assert.equal(output.match(/the config of stack staging has /g)?.length, 1, output);
      assert.doesNotMatch(output, /at .*\.ts:\d+/, "a stack trace helps nobody here");
      assert.deepEqual(await program.inventory(), []);
    });
  }

  test("a preview that fails for another reason tells code hosts what the policy pack had found until then", async () => {
    program.configure();
    const projectFile = join(program.folder, "Pulumi.yaml");
    writeFileSync(projectFile, readFileSync(projectFile, "utf8").replace("infra/index.ts", "failing.ts"));
    writeFileSync(join(program.folder, "failing.ts"), FAILING);
    const { code, stdout, stderr } = await program.novactl("diff", "staging", "--sim", "--sarif", "found.sarif");
    assert.equal(code, 1, stdout + stderr);
    assert.match(stderr, /the program ends here/);
    const [found] = (JSON.parse(readFileSync(join(program.folder, "found.sarif"), "utf8")) as ReturnType<typeof sarif>)
      .runs;
    const ssh = found?.results.find(({ ruleId }) => ruleId === "NET-001");
    assert.match(ssh?.locations[0]?.logicalLocations[0]?.fullyQualifiedName ?? "", /^urn:pulumi:staging::.*::ssh$/);
  });
});
