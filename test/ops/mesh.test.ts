import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { meshStatus, reachable, type TunnelEnd } from "../../sim/network/oracle.ts";
import { novactl } from "./novactl.ts";

/** One end of a tunnel that matches its other end. */
const end = (name: string, here: "a" | "b", index: number): TunnelEnd => {
  const there = here === "a" ? "b" : "a";
  return {
    name: `${name}-${index}`,
    networkId: here,
    locals: [{ outside: `${here}${index}`, inside: `${here}-in${index}`, instance: index }],
    remoteOutside: `${there}${index}`,
    remoteInside: `${there}-in${index}`,
    localAsn: here === "a" ? 1 : 2,
    remoteAsn: here === "a" ? 2 : 1,
    preSharedKey: "key",
    ikeVersion: 2,
    phase1: ["p1"],
    phase2: ["p2"],
    announces: [],
    enabled: true,
  };
};

const network = (id: string, region: string) =>
  ({ id, cloud: "aws", region, cidrs: [], routes: "learned", admits: [] }) as const;

const clouds = [
  {
    networks: [network("a", "aws-use1"), network("b", "azr-weu")].map((each) => ({ ...each, cidrs: [], admits: [] })),
    ends: [0, 1].flatMap((index) => [end("aws-use1-tunnel", "a", index), end("azr-weu-tunnel", "b", index)]),
    peerings: [],
  },
];

/** A simulator that knows nothing but this mesh. */
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}");
  const status = meshStatus(clouds, body.losses);
  const answer =
    body.reach === undefined ? status : { ...status, reach: reachable(status, body.reach[0], body.reach[1]) };
  response.end(JSON.stringify(request.url === "/mesh" ? answer : {}));
});

const home = mkdtempSync(join(tmpdir(), "novacron-test-"));
const mesh = (...args: string[]) =>
  novactl(["mesh", "staging", "--sim", ...args], { env: { NOVACRON_HOME: home } }).ended;

describe("novactl mesh", () => {
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    mkdirSync(join(home, "sim"));
    writeFileSync(
      join(home, "sim", "simulator.json"),
      JSON.stringify({ pid: process.pid, debugProviders: "", controlPort: port, token: "token" }),
    );
  });
  after(() => {
    server.close();
    rmSync(home, { recursive: true });
  });

  test("shows every tunnel and exits 0 while all links are up", async () => {
    const { code, stdout, stderr } = await mesh();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /aws-use1 – azr-weu +up +2 of 2 tunnels/);
    assert.match(stdout, /aws-use1-tunnel-0 +up +gateways 0 – 0/);
  });

  test("a loss that leaves a tunnel keeps the link up and says what is down and why", async () => {
    const { code, stdout } = await mesh("--lose", "gateway:azr-weu/1", "--from", "aws-use1", "--to", "azr-weu");
    assert.equal(code, 0);
    assert.match(stdout, /aws-use1-tunnel-1 +down .*gateway instance 1 of azr-weu is lost/);
    assert.match(stdout, /aws-use1 reaches azr-weu over aws-use1-tunnel-0$/m);
  });

  test("a loss that cuts the regions apart exits 2, also for scripts", async () => {
    const losses = ["--lose", "gateway:azr-weu/1", "--lose", "tunnel:aws-use1-tunnel-0"];
    const told = await mesh(...losses);
    assert.equal(told.code, 2);
    assert.match(told.stdout, /aws-use1 – azr-weu +down +0 of 2 tunnels +no tunnel is up/);
    const { code, stdout } = await mesh(...losses, "--from", "azr-weu", "--to", "aws-use1", "--json");
    assert.equal(code, 2);
    assert.deepEqual(JSON.parse(stdout).reach, { reachable: false, over: [], reason: "no tunnel is up" });
  });

  for (const [args, expected] of [
    [["--lose", "tunnel:nonsense"], /no tunnel 'nonsense'; it has aws-use1-tunnel-0, aws-use1-tunnel-1/],
    [["--lose", "gateway:azr-weu/7"], /no gateway 'azr-weu\/7'; it has .*azr-weu\/0, azr-weu\/1/],
    [["--lose", "region:azr-wue"], /no region 'azr-wue'; it has aws-use1, azr-weu/],
    [["--from", "aws-use1", "--to", "mars"], /no region 'mars'/],
  ] as const) {
    test(`a misspelt loss is an error and not a mesh that survives it: ${args.join(" ")}`, async () => {
      const { code, stderr } = await mesh(...args);
      assert.equal(code, 1);
      assert.match(stderr, expected);
    });
  }
});
