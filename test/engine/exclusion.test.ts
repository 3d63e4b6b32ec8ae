import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Review } from "../../ops/review/model.ts";
import { removeRegion } from "../config/rejects.ts";
import type { Loose } from "../config/stackFile.ts";
import { CheckoutProgram, type Report } from "./checkoutProgram.ts";

const REGION = "gcp-aso1";
const program = new CheckoutProgram();

const nameOf = ({ urn }: { urn: string }): string => urn.split("::").at(-1) ?? "";

async function up(...args: string[]): Promise<Report> {
  const options = ["--sim", "--yes", "--json", ...args, "--", "--skip-preview"];
  const { stdout, stderr } = await program.novactl("up", "staging", ...options);
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as Report;
}

/** Two regions, so that the test is over sooner. */
function twoRegions(config: Loose): void {
  removeRegion(config, "azr-weu");
  config.quorum.raft = { replicas: { "aws-use1": 2, [REGION]: 1 }, survive: ["replica"] };
  config.quorum.pbft.replicas = { "aws-use1": 2, [REGION]: 2 };
}

describe("a region that cannot be reached does not block the others", { concurrency: 1 }, () => {
  after(() => program.remove());

  test("half-made, it is left as it is while the rest is completed and changed, under the policy pack", async () => {
    program.configure(twoRegions);
    await program.control("POST /faults", { kind: "capacity", type: "gcp:container/cluster:Cluster" });
    assert.equal((await up()).exitCode, 1);
    const ofRegion = async () => (await program.inventory()).filter((entry) => nameOf(entry).startsWith(REGION));
    const left = await ofRegion();
    assert.ok(left.length > 0, "the fault came before the region had begun");

    program.configure((config) => {
      twoRegions(config);
      config.owner = "another-team";
    });
    const reviewed = join(program.folder, "reviewed.json");
    const options = ["--sim", "--exclude-region", REGION, "--save", reviewed];
    const review = await program.json<Review>(2, "diff", "staging", ...options);
    const changed = review.regions.map(({ region }) => region);
    assert.ok(changed.includes("aws-use1") && !changed.includes(REGION), changed.join());
    const without = ["--exclude-region", REGION, "--reviewed", reviewed];
    const { exitCode, changes, steps, policyPacks, errors } = await up(...without);
    assert.equal(exitCode, 0, JSON.stringify(errors));
    assert.deepEqual(Object.keys(changes).toSorted(), ["create", "same", "update"]);
    assert.deepEqual(
      steps.filter((step) => nameOf(step).startsWith(REGION)),
      [],
    );
    assert.match(JSON.stringify(policyPacks), /novacron/);
    assert.deepEqual(await ofRegion(), left);
  });

  test("reached again, it is completed with its links", async () => {
    const { exitCode, changes } = await up();
    assert.equal(exitCode, 0);
    assert.equal(changes.delete, undefined);
    const { links } = await program.mesh();
    assert.deepEqual(
      links.map((link) => link.up),
      [true],
    );
  });
});
