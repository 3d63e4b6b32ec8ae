import assert from "node:assert/strict";
import { test } from "node:test";
import type { Properties } from "../../../sim/service.ts";
import { networkOf, REGION, refused, Sandbox } from "./sandbox.ts";

/** Each row: what is refused, the type, its inputs on top of a small region, and the words of the refusal. */
const REFUSALS: [title: string, kind: string, inputs: (link: string) => Properties, words: RegExp][] = [
  [
    "a firewall priority above 65535",
    "Firewall",
    (network) => ({ name: "f", network, priority: 70000, allows: [{ protocol: "tcp" }], sourceRanges: ["10.0.0.0/8"] }),
    /range \(0 - 65535\)/,
  ],
  [
    "an ingress rule without a source",
    "Firewall",
    (network) => ({ name: "f", network, allows: [{ protocol: "tcp" }] }),
    /One of sourceTags, sourceRanges or sourceServiceAccounts/,
  ],
  [
    "a rule that allows and denies",
    "Firewall",
    (network) => ({
      name: "f",
      network,
      allows: [{ protocol: "tcp" }],
      denies: [{ protocol: "udp" }],
      sourceRanges: ["10.0.0.0/8"],
    }),
    /conflicts with denies/,
  ],
  [
    "a rule that does neither",
    "Firewall",
    (network) => ({ name: "f", network, sourceRanges: ["10.0.0.0/8"] }),
    /Required field 'resource.allowed'/,
  ],
  [
    "ports on a protocol without ports",
    "Firewall",
    (network) => ({ name: "f", network, allows: [{ protocol: "icmp", ports: ["80"] }], sourceRanges: ["10.0.0.0/8"] }),
    /Ports may only be specified/,
  ],
  [
    "a port range that runs backwards",
    "Firewall",
    (network) => ({
      name: "f",
      network,
      allows: [{ protocol: "tcp", ports: ["90-80"] }],
      sourceRanges: ["10.0.0.0/8"],
    }),
    /allowed\[0\]\.ports\[0\]/,
  ],
  [
    "an unknown protocol",
    "Firewall",
    (network) => ({ name: "f", network, allows: [{ protocol: "tpc" }], sourceRanges: ["10.0.0.0/8"] }),
    /IPProtocol/,
  ],
  [
    "a source that is no range",
    "Firewall",
    (network) => ({ name: "f", network, allows: [{ protocol: "tcp" }], sourceRanges: ["10.0.0.0/40"] }),
    /'resource.sourceRanges\[0\]': '10\.0\.0\.0\/40'. Must be a valid CIDR/,
  ],
  [
    "tags and service accounts in one rule",
    "Firewall",
    (network) => ({
      name: "f",
      network,
      allows: [{ protocol: "tcp" }],
      sourceTags: ["a"],
      targetServiceAccounts: ["a@b.c"],
    }),
    /conflicts with targetServiceAccounts/,
  ],
  [
    "sources on an egress rule",
    "Firewall",
    (network) => ({
      name: "f",
      network,
      direction: "EGRESS",
      allows: [{ protocol: "tcp" }],
      sourceRanges: ["10.0.0.0/8"],
    }),
    /Sources may not be specified/,
  ],
  [
    "an external address with a subnetwork",
    "Address",
    () => ({ name: "a", region: REGION, subnetwork: "vpc-nodes" }),
    /only be specified for addresses of type INTERNAL/,
  ],
  [
    "an internal address outside of its subnetwork",
    "Address",
    () => ({ name: "a", region: REGION, addressType: "INTERNAL", subnetwork: "vpc-nodes", address: "10.99.0.1" }),
    /outside the subnetwork CIDR range/,
  ],
  [
    "a label in capitals",
    "Address",
    () => ({ name: "a", region: REGION, labels: { Owner: "x" } }),
    /Label key 'Owner' violates format constraints/,
  ],
  [
    "a label value of 64 characters",
    "Address",
    () => ({ name: "a", region: REGION, labels: { owner: "x".repeat(64) } }),
    /Label value .* violates/,
  ],
];

for (const [title, kind, inputs, words] of REFUSALS) {
  test(`what Google would refuse is refused: ${title}`, async () => {
    const sandbox = new Sandbox();
    const { link } = await networkOf(sandbox);
    await refused(sandbox.create(kind, inputs(link)), words);
  });
}

test("labels come back with the provider's own", async () => {
  const sandbox = new Sandbox();
  const address = await sandbox.create("Address", { name: "a", region: REGION, labels: { owner: "us" } });
  assert.deepEqual(address.state.effectiveLabels, { "goog-pulumi-provisioned": "true", owner: "us" });
  const changed = await sandbox.update("Address", address, { labels: { owner: "them" } });
  assert.deepEqual(changed.state.effectiveLabels, { "goog-pulumi-provisioned": "true", owner: "them" });
});
