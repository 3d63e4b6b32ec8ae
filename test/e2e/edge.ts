import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionOptions } from "node:tls";
import type { KubernetesObject, ObjectList } from "../../client/client.ts";
import { applyAsOwner } from "../../ops/delivery/edit.ts";
import { Probe } from "../../ops/delivery/probe.ts";
import { ask, ENTRY_PORTS, GLOBAL_HOST, handshake, hostOf, listens } from "./entry.ts";
import { type Environment, REGIONS, type RegionName, until } from "./environment.ts";

/** Where what disturbs is done: the first wave's region is left to releases. */
const REGION: RegionName = "gcp-aso1";
const HOST = hostOf(REGION);

const MEBIBYTE = 2 ** 20;

interface RateLimit {
  average: number;
  burst: number;
}

interface Middleware extends KubernetesObject {
  spec: { rateLimit: RateLimit };
}

/** What a request from outside meets, through the real gateway of a region. */
export function edgeTests(environment: () => Environment): void {
  describe("edge", () => {
    test("every region answers both public names over TLS 1.3 with a certificate that clients trust", async () => {
      for (const region of REGIONS)
        for (const host of [hostOf(region), GLOBAL_HOST]) {
          // The global name may lead to any region, so its certificate is asked of each by the regional name.
          const tls = await handshake(environment(), hostOf(region), ENTRY_PORTS.websecure, { servername: host });
          assert.equal(tls.getProtocol(), "TLSv1.3");
          assert.ok(tls.authorized, `${region}: ${tls.authorizationError}`);
          assert.match(tls.getPeerCertificate().subjectaltname ?? "", new RegExp(`DNS:${host}(,|$)`));
          tls.destroy();
        }
    });

    test("nobody gets in with TLS 1.2, under whatever name, and none gets a certificate of another name", async () => {
      const names = { "its own name": HOST, "an unknown name": "unknown.example", "no name": "" };
      const port = ENTRY_PORTS.websecure;
      for (const [described, servername] of Object.entries(names)) {
        const refused = (options: ConnectionOptions, why: RegExp) =>
          assert.rejects(
            handshake(environment(), HOST, port, { servername, rejectUnauthorized: false, ...options }),
            why,
            `${described} on ${port}`,
          );
        await refused({ maxVersion: "TLSv1.2" }, /protocol version|handshake failure/i);
        if (servername !== HOST) await refused({}, /unrecognized name|internal error|handshake failure/i);
      }
    });

    test("who asks without TLS is sent to HTTPS, with path and query", async () => {
      const { status, headers } = await ask(environment(), HOST, "/v1/version?x=1", { port: ENTRY_PORTS.web });
      assert.ok([301, 308].includes(status), `${status}`);
      assert.equal(headers.location, `https://${HOST}/v1/version?x=1`);
    });

    test("only a valid token gets to the service, on the public and on the WAN entry", async () => {
      const wrong: Record<string, string | undefined> = {
        "no token": undefined,
        expired: await environment().token({ expiresIn: -60 }),
        "another issuer": await environment().token({ issuer: "https://login.example" }),
        "another audience": await environment().token({ audience: "dwcp-prod" }),
        RS256: await environment().token({ algorithm: "RS256" }),
        "HS256 with the public key": await environment().token({ algorithm: "HS256" }),
        "alg none": await environment().token({ algorithm: "none" }),
        "a key that was never published": await environment().token({ key: "unknown" }),
        "no JWT": "nonsense",
      };
      const valid = await environment().token();
      const port = ENTRY_PORTS.websecure;
      for (const [described, token] of Object.entries(wrong)) {
        const { status } = await ask(environment(), HOST, "/v1/version", {
          port,
          ...(token === undefined ? {} : { token }),
        });
        assert.equal(status, 401, `${described} on ${port}`);
      }
      const { status, body } = await ask(environment(), HOST, "/v1/version", { port, token: valid });
      assert.equal(status, 200, body);
      assert.equal((JSON.parse(body) as { region: string }).region, REGION);
      // Another scheme, and a caller who names himself.
      const basic = { authorization: `Basic ${btoa("probe:probe")}`, "x-subject": "root" };
      assert.equal((await ask(environment(), HOST, "/v1/version", { headers: basic })).status, 401);
    });

    test("answers carry the security headers, refusals too, and say nothing of what runs behind", async () => {
      const token = await environment().token();
      for (const answer of [
        await ask(environment(), HOST, "/v1/version", { token }),
        await ask(environment(), HOST, "/v1/version"),
      ]) {
        const { headers } = answer;
        assert.match(String(headers["strict-transport-security"]), /max-age=31536000; includeSubDomains/);
        assert.equal(headers["x-content-type-options"], "nosniff");
        assert.equal(headers["x-frame-options"], "DENY");
        assert.equal(headers["referrer-policy"], "no-referrer");
        assert.match(String(headers["content-security-policy"]), /default-src 'none'/);
        assert.equal(headers.server, undefined);
        assert.equal(headers["x-powered-by"], undefined);
      }
    });

    test("a body of 4 MiB passes, one byte more does not", async () => {
      const token = await environment().token();
      const largest = { method: "POST", token, body: Buffer.alloc(4 * MEBIBYTE, 97) };
      const passed = await ask(environment(), HOST, "/v1/nothing", largest);
      assert.equal(passed.status, 404, "the service itself says that there is no such path");
      // Refused as soon as it is announced, before it is sent.
      const announced = { method: "POST", token, headers: { "content-length": 4 * MEBIBYTE + 1 } };
      assert.equal((await ask(environment(), HOST, "/v1/nothing", announced)).status, 413);
    });

    test("what is for inside cannot be reached from outside", async () => {
      const token = await environment().token();
      for (const path of ["/probe/dwcp/v1/version", "/pba/v2/models/bandwidth"]) {
        assert.equal((await ask(environment(), HOST, path)).status, 401, path);
        // With a token it is a path like any other, which DWCP does not know.
        assert.equal((await ask(environment(), HOST, path, { token })).status, 404, path);
      }
      assert.ok(await listens(environment(), HOST, 443));
      // Entry points wan, internal and metrics in the pods and in their Services, the API server, Prometheus.
      for (const port of [8443, 8444, 8000, 8081, 9100, 6443, 9090])
        assert.equal(await listens(environment(), HOST, port), false, `port ${port}`);
    });

    test("an identity provider that changes its key costs no request, with tokens of either key", async (context) => {
      // A forged token has just had the keys looked for, which is done only so often.
      const forged = await environment().token({ key: "unknown" });
      assert.equal((await ask(environment(), HOST, "/v1/version", { token: forged })).status, 401);
      const tokens = [await environment().token()];
      await underLoad(
        context,
        () => tokens[Math.floor(Math.random() * tokens.length)] ?? "",
        async () => {
          await sleep(1_000);
          await environment().control("POST /rotate-keys", {});
          tokens.push(await environment().token());
          await sleep(4_000);
        },
      );
    });

    test("a crashed token check costs no request", async (context) => {
      const token = await environment().token();
      await underLoad(
        context,
        () => token,
        async () => {
          await sleep(1_000);
          const [pod = ""] = await podNames("auth");
          const crashed = await environment().control(`POST /regions/${REGION}/crash`, { namespace: "dwcp", pod });
          assert.deepEqual(crashed, { pods: [`dwcp/${pod}`] });
          await sleep(4_000);
        },
      );
    });

    test("a caller who asks for more than his share gets 429 and is told when to come again", async () => {
      // The real limit is above what this machine can ask for; a small one shows that the route holds to it.
      const before = await setRateLimit({ average: 1, burst: 2 });
      try {
        await until("429", 20, async () => {
          const answers = await Promise.all(Array.from({ length: 12 }, () => ask(environment(), HOST, "/v1/version")));
          const refused = answers.find(({ status }) => status === 429);
          for (const { status } of answers) assert.ok([401, 429].includes(status), `${status}`);
          if (refused !== undefined) assert.match(String(refused.headers["retry-after"]), /^\d+$/);
          return refused !== undefined;
        });
      } finally {
        await setRateLimit(before);
      }
      const token = await environment().token();
      const status = async () => (await ask(environment(), HOST, "/v1/version", { token })).status;
      await until("answers again", 20, async () => (await status()) === 200);
    });
  });

  async function podNames(service: string): Promise<string[]> {
    const { items } = await (await environment().cluster(REGION)).get<ObjectList<KubernetesObject>>(
      "/api/v1/namespaces/dwcp/pods",
      { labelSelector: `app.kubernetes.io/name=${service}` },
    );
    return items.map(({ metadata }) => metadata.name);
  }

  /** Does something while requests come in at a constant rate; every one of them has to be answered. */
  async function underLoad(context: TestContext, token: () => string, work: () => Promise<void>): Promise<void> {
    const probe = new Probe({
      url: `https://${HOST}`,
      token,
      rate: 40,
      // A machine that is busy with other things is late; that is not a failure of what is tested.
      timeout: 20_000,
      proxy: await environment().proxy(),
      certificateAuthority: environment().publicAuthority(),
    });
    probe.start();
    try {
      await work();
    } finally {
      await probe.stop();
    }
    context.diagnostic(`${probe.total.requests} requests`);
    assert.ok(probe.total.requests >= 100, `only ${probe.total.requests} requests`);
    assert.equal(probe.total.failed, 0, JSON.stringify(probe.failures.slice(0, 5)));
  }

  /** Sets the limit that the region's routes refer to. @returns the one before */
  async function setRateLimit(limit: RateLimit): Promise<RateLimit> {
    const path = "/apis/traefik.io/v1alpha1/namespaces/dwcp/middlewares/rate-limit";
    let before = limit;
    await applyAsOwner<Middleware>(
      await environment().cluster(REGION),
      path,
      ["spec", "rateLimit"],
      (applied, live) => {
        before = live.spec.rateLimit;
        return { ...applied, spec: { rateLimit: { ...before, ...limit } } };
      },
    );
    return before;
  }
}
