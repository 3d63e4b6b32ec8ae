import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { publish, type Sticky } from "../../ops/pullRequest/stickyComment.ts";
import { novactl } from "../ops/novactl.ts";
import { AUTHOR, HostStandIn, type StoredComment } from "./hostStandIn.ts";

async function standIn(t: TestContext): Promise<HostStandIn> {
  const host = await HostStandIn.start();
  t.after(() => host.stop());
  return host;
}

const sticky = (id: number, body: string | undefined, stack = "staging"): Sticky => ({
  stack,
  author: AUTHOR,
  run: { id, attempt: 1 },
  ...(body === undefined ? {} : { body }),
});

const bodies = (host: HostStandIn): string[] => host.comments.map(({ body }) => body);
const open = (host: HostStandIn): StoredComment[] =>
  host.comments.filter(({ body }) => body.startsWith("<!-- novacron-review") && !body.includes(" folded -->"));

test("the first run writes a comment, later ones change the same", async (t) => {
  const host = await standIn(t);
  assert.equal((await publish(host.host(), sticky(1, "one"))).outcome, "written");
  assert.equal((await publish(host.host(), sticky(2, "two"))).outcome, "written");
  assert.equal(host.comments.length, 1);
  assert.match(bodies(host)[0] ?? "", /^<!-- novacron-review stack=staging run=2\.1 [^>]*-->\ntwo$/);
  const writes = host.requests.filter(({ method }) => method !== "GET").map(({ method }) => method);
  assert.deepEqual(writes, ["POST", "PATCH"]);
});

test("a run that has nothing new to say writes nothing", async (t) => {
  const host = await standIn(t);
  await publish(host.host(), sticky(1, "same"));
  const before = host.requests.length;
  assert.equal((await publish(host.host(), sticky(1, "same"))).outcome, "unchanged");
  assert.ok(host.requests.slice(before).every(({ method }) => method === "GET"));
});

test("the comment is found on the last of many pages, and each stack has its own", async (t) => {
  const host = await standIn(t);
  for (let index = 0; index < 250; index += 1) host.add(`talk ${index}`);
  await publish(host.host(), sticky(1, "one"));
  await publish(host.host(), sticky(1, "one", "prod"));
  for (let index = 0; index < 120; index += 1) host.add(`more talk ${index}`);
  await publish(host.host(), sticky(2, "two"));
  assert.equal(host.comments.length, 250 + 120 + 2);
  assert.deepEqual(
    open(host).map(({ body }) => body.split("\n")[1]),
    ["two", "one"],
  );
});

test("somebody else's comment with our marker is only text", async (t) => {
  const host = await standIn(t);
  const marker = "<!-- novacron-review stack=staging run=99.1 content=0123456789abcdef -->\nall is well";
  host.add(marker, "mallory");
  host.add(`> ${marker}`, AUTHOR);
  assert.equal((await publish(host.host(), sticky(1, "one"))).outcome, "written");
  assert.equal(bodies(host)[0], marker, "it stays as it is");
  assert.equal(host.comments.length, 3);
});

test("an earlier run that comes late changes nothing", async (t) => {
  const host = await standIn(t);
  await publish(host.host(), sticky(5, "five"));
  assert.equal((await publish(host.host(), sticky(4, "four"))).outcome, "newer");
  assert.match(bodies(host)[0] ?? "", /\nfive$/);
  const again = { ...sticky(5, "five again"), run: { id: 5, attempt: 2 } };
  assert.equal((await publish(host.host(), again)).outcome, "written");
  assert.equal((await publish(host.host(), sticky(5, "late"))).outcome, "newer");
});

test("old comments of the stack are folded, with what they said", async (t) => {
  const host = await standIn(t);
  await publish(host.host(), sticky(1, "one"));
  const copy = structuredClone(host.comments[0]?.body ?? "");
  host.add(copy, AUTHOR);
  await publish(host.host(), sticky(2, "two"));
  assert.equal(open(host).length, 1);
  assert.match(bodies(host)[1] ?? "", /<details><summary>Superseded[^\n]*<\/summary>\n\none\n\n<\/details>$/);
  await publish(host.host(), sticky(3, "three"));
  assert.match(bodies(host)[1] ?? "", /Superseded/, "and stay folded");
});

test("a stack that is no longer touched has its comment folded, and opened again when it is", async (t) => {
  const host = await standIn(t);
  assert.equal((await publish(host.host(), sticky(1, undefined))).outcome, "none");
  assert.equal(host.comments.length, 0);
  await publish(host.host(), sticky(2, "two"));
  await publish(host.host(), sticky(3, undefined));
  assert.match(bodies(host)[0] ?? "", /no longer touches the stack[\s\S]*two/);
  assert.equal(open(host).length, 0);
  await publish(host.host(), sticky(4, "four"));
  assert.deepEqual([host.comments.length, open(host).length], [1, 1]);
});

test("a comment that is deleted in between is written anew", async (t) => {
  const host = await standIn(t);
  await publish(host.host(), sticky(1, "one"));
  host.fault = ({ method }) => {
    if (method === "PATCH") host.remove(host.comments[0]?.id ?? 0);
    return undefined;
  };
  assert.equal((await publish(host.host(), sticky(2, "two"))).outcome, "written");
  assert.match(bodies(host)[0] ?? "", /\ntwo$/);
  assert.equal(host.comments.length, 1);
});

test("a write of which nobody knows whether it was done is not done twice", async (t) => {
  for (const fault of ["done, then no answer", "done, then 502"] as const) {
    const host = await standIn(t);
    let faults = 0;
    host.fault = ({ method }) => (method === "POST" && faults++ === 0 ? fault : undefined);
    assert.equal((await publish(host.host(), sticky(1, "one"))).outcome, "written");
    assert.equal(host.comments.length, 1, fault);
  }
});

test("a host that is down is waited for, longer each time", async (t) => {
  const host = await standIn(t);
  host.fault = ({ number }) => (number <= 4 ? (number % 2 === 0 ? "no answer" : { status: 503 }) : undefined);
  const waits: number[] = [];
  assert.equal((await publish(host.host(waits), sticky(1, "one"))).outcome, "written");
  assert.deepEqual(waits.slice(0, 4), [1_000, 2_000, 4_000, 8_000]);
});

test("rate limits are kept to: as long as the host says, and a minute where it does not say", async (t) => {
  const host = await standIn(t);
  const now = Date.now();
  const limits = [
    { status: 429, headers: { "retry-after": "7" } },
    {
      status: 403,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.ceil(now / 1000) + 30) },
    },
    { status: 403, message: "You have exceeded a secondary rate limit." },
  ];
  host.fault = ({ method }) => (method === "POST" ? limits.shift() : undefined);
  const waits: number[] = [];
  assert.equal((await publish(host.host(waits, { now: () => now }), sticky(1, "one"))).outcome, "written");
  assert.equal(waits[0], 7_000);
  assert.ok((waits[1] ?? 0) >= 30_000 && (waits[1] ?? 0) <= 32_000, String(waits[1]));
  assert.equal(waits[2], 60_000);
});

test("patience ends, and says so", async (t) => {
  const host = await standIn(t);
  host.fault = () => ({ status: 500 });
  await assert.rejects(publish(host.host([], { patience: 60_000 }), sticky(1, "one")), /within 1 minutes of waiting/);
});

test("what the token may not do is no matter of patience", async (t) => {
  const host = await standIn(t);
  host.fault = ({ method }) =>
    method === "POST" ? { status: 403, message: "Resource not accessible by integration" } : undefined;
  const waits: number[] = [];
  await assert.rejects(publish(host.host(waits), sticky(1, "one")), /pull-requests: write/);
  assert.deepEqual(waits, []);
});

test("the token goes to no other host", async (t) => {
  const host = await standIn(t);
  const other = await standIn(t);
  host.fault = () => ({ status: 200, headers: { link: `<${other.api}/x>; rel="next"` } });
  await assert.rejects(publish(host.host(), sticky(1, "one")));
  assert.deepEqual(other.requests, []);
});

test("the longest review fits, also when it is folded later; a longer one is refused before it is sent", async (t) => {
  const host = await standIn(t);
  await publish(host.host(), sticky(1, "x".repeat(65_000)));
  await publish(host.host(), sticky(2, undefined));
  assert.ok((bodies(host)[0] ?? "").length <= 65_536);
  assert.match(bodies(host)[0] ?? "", /no longer touches/);
  const sent = host.requests.length;
  await assert.rejects(publish(host.host(), sticky(3, "x".repeat(65_536))), /the host takes 65536/);
  assert.ok(host.requests.slice(sent).every(({ method }) => method === "GET"));
});

test("two runs at once leave one open comment, the later run's, however their requests cross", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.infiniteStream(fc.constantFrom(0, 0, 5, 40)),
      fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
      async (exists, latencies, faults) => {
        const host = await standIn(t);
        if (exists) await publish(host.host(), sticky(1, "before"));
        // Writes are on the way for long: others look and write meanwhile.
        host.latency = (method) => (method === "GET" ? 0 : latencies.next().value);
        host.fault = ({ method }) => {
          if (method === "GET") return undefined;
          const die = faults.next().value;
          return die === 0 ? { status: 502 } : die === 1 ? "done, then no answer" : undefined;
        };
        // Settling takes longer than any request: 200 against 40 milliseconds, and one more look.
        const outcomes = await Promise.all(
          [sticky(2, "two"), sticky(3, "three")].map((each) =>
            publish(host.host([], { patience: 1e9 }), each, 200_000),
          ),
        );
        assert.equal(outcomes[1]?.outcome, "written");
        const left = open(host);
        assert.equal(left.length, 1, bodies(host).join("\n\n"));
        assert.match(left[0]?.body ?? "", /run=3\.1 [^\n]*\nthree$/);
      },
    ),
    { numRuns: 20, endOnFailure: true },
  );
});

test("what an earlier run writes late, over a later one's comment, is put right", async (t) => {
  const host = await standIn(t);
  await publish(host.host(), sticky(1, "before"));
  const late = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  // The earlier run has seen nothing of the later one, and its write is on the way.
  host.latency = (method) => {
    if (method === "GET") return 0;
    host.latency = () => 0;
    held.resolve();
    return late.promise;
  };
  const earlier = publish(host.host(), sticky(2, "two"));
  await held.promise;
  const wait = async () => {
    late.resolve();
    await earlier;
  };
  const later = await publish(host.host([], { wait }), sticky(3, "three"));
  await wait();
  assert.equal(later.outcome, "written");
  assert.equal(
    host.requests.filter(({ method }) => method === "PATCH").length,
    3,
    "the earlier one's write came between",
  );
  assert.match(bodies(host)[0] ?? "", /\nthree$/);
});

test("novactl comment writes what `novactl diff` wrote, and names everything that is missing at once", async (t) => {
  const host = await standIn(t);
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "review.md");
  writeFileSync(file, "### staging\n");
  const env = { ...host.environment, GITHUB_RUN_ID: "7", GITHUB_RUN_ATTEMPT: "1" };
  const args = ["comment", "staging", "--pull-request", "12", "--body", file];
  const written = await novactl(args, { env }).ended;
  assert.equal(written.code, 0, written.stderr);
  assert.match(written.stdout, /^staging: comment written https:\/\/host\.example\/pull\/12#issuecomment-1/);
  assert.match(bodies(host)[0] ?? "", /\n### staging\n$/);
  const folded = await novactl(["comment", "staging", "--pull-request", "12", "--outdated"], { env }).ended;
  assert.equal(folded.code, 0, folded.stderr);
  assert.equal(open(host).length, 0);

  const bare = {
    GITHUB_API_URL: "",
    GITHUB_REPOSITORY: "",
    GITHUB_TOKEN: "",
    GITHUB_RUN_ID: "",
    GITHUB_RUN_ATTEMPT: "",
  };
  const missing = await novactl(["comment", "staging", "--body", file], { env: bare }).ended;
  assert.equal(missing.code, 1);
  for (const name of ["--pull-request", ...Object.keys(bare)]) assert.match(missing.stderr, new RegExp(name));
  const both = await novactl([...args, "--outdated"], { env }).ended;
  assert.match(both.stderr, /either --body FILE .* or --outdated/);
});
