import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { stackOutputSchema } from "../../infra/outputSchema.ts";
import { preSharedKey } from "../../infra/plan/ipsec.ts";
import { packIdentity } from "../../ops/policyVerdict.ts";
import type { sarif } from "../../ops/sarif.ts";
import type { StateResource } from "../../ops/state.ts";
import { backendFiles } from "../../ops/stateHistory.ts";
import type { Loss } from "../../sim/network/oracle.ts";
import { Store } from "../../sim/store.ts";
import { checkout } from "../ops/novactl.ts";
import { CheckoutProgram, type Report } from "./checkoutProgram.ts";
import { assertTakesDown, mutations } from "./meshMutations.ts";

const program = new CheckoutProgram();
let firstUp = "";

/** Changes that an update would make, without what stays. */
const changesOf = ({ changes: { same: _, ...rest } }: Report): Record<string, number> => rest;

const preview = (stack = "staging"): Promise<Report> => program.json(0, "preview", stack, "--sim");

describe("staging on the simulated clouds", { concurrency: 1 }, () => {
  before(async () => {
    const { code, stdout, stderr } = await program.novactl("up", "staging", "--sim", "--yes", "--", "--skip-preview");
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    firstUp = `${stdout}\n${stderr}`;
  });
  after(() => program.remove());

  test("every tunnel is up and every region reaches every other", async () => {
    const { links } = await program.mesh();
    assert.deepEqual(
      links.map(({ regions, up, tunnels, problems }) => [
        regions.toSorted().join(" "),
        up,
        tunnels.filter((tunnel) => tunnel.up).length,
        problems,
      ]),
      [
        ["aws-use1 azr-weu", true, 4, []],
        ["aws-use1 gcp-aso1", true, 4, []],
        ["azr-weu gcp-aso1", true, 2, []],
      ],
    );
  });

  test("no loss of one tunnel or gateway instance cuts a pair of regions; the loss of a region cuts only its own", async () => {
    const { links, regions } = await program.mesh();
    const instances = regions.flatMap((gateway) => [0, 1].map((instance): Loss => ({ gateway, instance })));
    const tunnels = links.flatMap((link) => link.tunnels.map(({ name }): Loss => ({ tunnel: name })));
    assert.equal(tunnels.length, 10);
    for (const loss of [...instances, ...tunnels]) {
      const cut = (await program.mesh([loss])).links.filter(({ up }) => !up);
      assert.deepEqual(cut, [], `losing ${JSON.stringify(loss)}`);
    }
    for (const region of regions) {
      const up = (await program.mesh([{ region }])).links.filter((link) => link.up);
      assert.deepEqual(
        up.map((link) => link.regions.includes(region)),
        [false],
        `losing ${region}`,
      );
    }
  });

  test("whatever does not match between the two ends of a tunnel takes it down", async (t) => {
    const copy = join(program.home, "copy.sqlite");
    new DatabaseSync(join(program.home, "sim", "clouds.sqlite"), { readOnly: true }).exec(`vacuum into '${copy}'`);
    const store = new Store(copy);
    for (const mutation of mutations) await t.test(mutation.what, () => assertTakesDown(store, mutation));
    store.close();
  });

  test("a second preview and a refresh find nothing to do, under the policy pack", async () => {
    const file = join(program.home, "found.sarif");
    const again = await program.json<Report>(0, "preview", "staging", "--sim", "--sarif", file);
    assert.deepEqual(changesOf(again), {});
    assert.match(JSON.stringify(again.policyPacks), /policies":"\d/);
    assert.deepEqual(again.policies, [], "the shipped stack breaks no rule");
    assert.match(again.policySummary, /^novacron \d+\.\d+\.\d+: \d+ rules, \d+ resources; /);
    const [found] = (JSON.parse(program.read("found.sarif")) as ReturnType<typeof sarif>).runs;
    assert.deepEqual(found?.results, []);
    await program.json(0, "drift", "staging", "--sim");
  });

  test("status tells which policy pack judged the last `up`, by name, version and number of rules", async () => {
    const { lastUpdate } = await program.json<{ lastUpdate: { policyPack: unknown } }>(0, "status", "staging", "--sim");
    const identity = await packIdentity(join(checkout, "policies"));
    assert.deepEqual(lastUpdate.policyPack, identity);
    const { stdout } = await program.novactl("status", "staging", "--sim");
    assert.ok(stdout.includes(`judged by novacron ${identity.version}: ${identity.rules} rules`), stdout);
  });

  test("what the stack publishes keeps its contract, and kubeconfigs are secret and hold no token", async () => {
    const shown = JSON.parse(await program.pulumi("stack output --json")) as Record<string, unknown>;
    assert.deepEqual(Object.values(shown.kubeconfigs ?? {}), ["[secret]", "[secret]", "[secret]"]);
    const outputs = stackOutputSchema.parse(JSON.parse(await program.pulumi("stack output --json --show-secrets")));
    for (const [region, kubeconfig] of Object.entries(outputs.kubeconfigs)) {
      const { users } = JSON.parse(kubeconfig) as { users: { user: object }[] };
      assert.deepEqual(
        users.map(({ user }) => Object.keys(user)),
        [["exec"]],
        region,
      );
    }
  });

  test("a resource that Pulumi has forgotten is imported under its id, and nothing changes", async () => {
    const name = "aws-use1-gateway-from-azr-weu";
    const { deployment } = JSON.parse(await program.pulumi("stack export")) as {
      deployment: { resources: (StateResource & { parent: string; provider: string })[] };
    };
    const rule = deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`));
    assert.ok(rule);
    const provider = rule.provider.split("::").slice(0, -1).join("::");
    await program.pulumi(`state delete --yes '${rule.urn}'`);
    assert.deepEqual(changesOf(await preview()), { create: 1 });
    await program.pulumi(
      `import ${rule.type} ${name} ${rule.id} --yes --generate-code=false --protect=false --parent 'p=${rule.parent}' --provider 'q=${provider}'`,
    );
    assert.deepEqual(changesOf(await preview()), {});
  });

  test("no secret is in plain text in the state, the history or anything that was printed", async () => {
    const secret = await program.pulumi("config get novacron:meshSecret");
    const { links } = await program.mesh();
    const keys = links.flatMap(({ regions }) =>
      [0, 1, 2, 3].map((index) => preSharedKey(secret, `${regions.toSorted(byCloud).join("--")}-${index}`, 1)),
    );
    const kept = backendFiles(join(program.home, "state"), "novacron", "staging");
    assert.ok(kept.filter(({ name }) => name.startsWith("history/")).length > 1, "there is a history");
    const written = [
      firstUp,
      ...kept.map(({ content }) => JSON.stringify(content)),
      program.read("staging", "Pulumi.staging.yaml"),
      program.read("sim", "simulator.log"),
    ];
    for (const text of written) {
      assert.ok(![secret, ...keys].some((plain) => text.includes(plain)), "a key is in plain text");
      assert.ok(!text.includes("certificate-authority-data"), "a kubeconfig is in plain text");
    }
    const scan = await program.json<{ scanned: number }>(0, "state", "scan", "staging", "--sim");
    assert.equal(scan.scanned, kept.length + 1);
    // Else the test would look for keys that no tunnel has.
    const clouds = program.read("sim", "clouds.sqlite") + program.read("sim", "clouds.sqlite-wal");
    assert.ok(keys.some((key) => clouds.includes(key)));
  });

  test("a change behind Pulumi's back is found as such, and `up` takes it back", async () => {
    const bucket = (await program.inventory()).find(
      ({ type }) => type === "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    );
    assert.ok(bucket);
    await program.control("POST /change", {
      package: bucket.package,
      type: bucket.type,
      id: bucket.id,
      property: "blockPublicPolicy",
      value: false,
    });
    const drift = await program.json<{ changes: { name: string; properties?: { path: string }[] }[] }>(
      2,
      "drift",
      "staging",
      "--sim",
    );
    assert.deepEqual(
      drift.changes.map(({ name }) => name),
      [bucket.urn.split("::").at(-1)],
    );
    assert.match(JSON.stringify(drift.changes), /blockPublicPolicy/);
    const repaired = await program.json<Report>(0, "up", "staging", "--sim", "--yes");
    assert.deepEqual(changesOf(repaired), { update: 1 });
    await program.json(0, "drift", "staging", "--sim");
  });

  test("a resource deleted behind Pulumi's back is made again", async () => {
    const rule = (await program.inventory()).find(
      ({ type, urn }) => type === "azure-native:network:SecurityRule" && urn.includes("aws-use1"),
    );
    assert.ok(rule);
    await program.control("POST /remove", { package: rule.package, type: rule.type, id: rule.id });
    assert.equal(
      (await program.mesh()).links.filter(({ up }) => !up).length,
      1,
      "without its firewall rule the link carries nothing",
    );
    const drift = await program.json<{ changes: { name: string }[] }>(2, "drift", "staging", "--sim");
    assert.deepEqual(
      drift.changes.map(({ name }) => name),
      [rule.urn.split("::").at(-1)],
    );
    await program.json(0, "up", "staging", "--sim", "--yes");
    assert.equal((await program.mesh()).links.filter(({ up }) => !up).length, 0);
  });

  const fourth = [
    { name: "aws-euw1", cloud: "aws", location: "eu-west-1", zones: ["eu-west-1a", "eu-west-1b"] },
    { name: "azr-neu", cloud: "azure", location: "northeurope", zones: ["1", "2"] },
    { name: "gcp-euw4", cloud: "gcp", location: "europe-west4", zones: ["europe-west4-a", "europe-west4-b"] },
  ];
  for (const region of fourth) {
    test(`a fourth region, on ${region.cloud}, is a change of config that adds and touches nothing`, async () => {
      program.configure((config) => {
        config.regions.push({ ...region, number: 4, nat: "single", access: { via: "vpn" } });
        for (const other of ["aws-use1", "azr-weu", "gcp-aso1"])
          config.roundTrips.push({ between: [other, region.name], milliseconds: 90 });
      });
      try {
        const { create = 0, ...others } = changesOf(await preview());
        assert.ok(create > 80, `${create} resources`);
        assert.deepEqual(others, {});
      } finally {
        program.configure();
      }
    });
  }

  test("prod previews from nothing", async () => {
    const first = await preview("prod");
    const { create = 0, ...others } = changesOf(first);
    assert.ok(create > 400, `${create} resources`);
    assert.deepEqual(first.policies, [], "the shipped stack breaks no rule");
    assert.deepEqual(others, {});
  });

  test("destroy leaves nothing in the clouds", async () => {
    const { code, stdout, stderr } = await program.novactl(
      "destroy",
      "staging",
      "--sim",
      "--yes",
      "--",
      "--skip-preview",
    );
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.deepEqual(await program.inventory(), []);
  });
});

/** The order of a link's ends: aws, gcp, azure. */
const byCloud = (a: string, b: string): number =>
  ["aws", "gcp", "azr"].indexOf(a.slice(0, 3)) - ["aws", "gcp", "azr"].indexOf(b.slice(0, 3));
