import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Claims } from "../../sim/clouds/cluster.ts";
import { answerCall, type Call } from "../../sim/credentials.ts";
import { TOKEN_SECONDS } from "../../sim/tokens.ts";
import { ACCOUNT_ID } from "../sim/aws/baseline.ts";
import { TENANT } from "../sim/azure/subscription.ts";
import { PROJECT } from "../sim/gcp/sandbox.ts";
import { T, threeClouds, tokensIn } from "./clouds.ts";

const folder = mkdtempSync(join(tmpdir(), "novacron-tokens-"));
after(() => rmSync(folder, { recursive: true }));
const clouds = await threeClouds();
const { clock, tokens } = tokensIn(folder);
const store = clouds.aws.account.store;
const call = (of: Partial<Call> & Pick<Call, "command">) =>
  answerCall({ args: [], ...of }, { clusters: clouds.clusters(), store, tokens });
const role = `arn:aws:iam::${ACCOUNT_ID}:role/operators`;
const aws = (...more: string[]) =>
  call({
    command: "aws",
    args: ["--region", "us-east-1", "eks", "get-token", "--cluster-name", ...more, "--output", "json"],
  });
const azure = (tenant: string) =>
  call({ command: "kubelogin", args: ["get-token", "--login", "azurecli", "--server-id", "x", "--tenant-id", tenant] });
const google = (server: unknown) =>
  call({
    command: "gke-gcloud-auth-plugin",
    execInfo: JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1beta1", spec: { cluster: { server } } }),
  });

function tokenOf(outcome: ReturnType<typeof call>): string {
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  return (JSON.parse(outcome.stdout) as { status: { token: string } }).status.token;
}

const who = (cloud: string, token: string) => {
  const claims = tokens.read(token);
  return (
    claims &&
    clouds
      .clusters()
      .find(({ spec }) => spec.cloud === cloud)
      ?.identify(claims)
  );
};

test("whoever ran the program may do everything in each cluster that it made", () => {
  const shown = [
    who("aws", tokenOf(aws("main", "--role-arn", role))),
    who("azure", tokenOf(azure(TENANT))),
    who("gcp", tokenOf(google(`https://${clouds.gke.state.endpoint}`))),
  ];
  assert.deepEqual(
    shown.map((identity) => identity?.groups),
    [["system:masters"], ["system:masters"], ["system:masters"]],
  );
  assert.equal(shown[0]?.username, `arn:aws:sts::${ACCOUNT_ID}:assumed-role/operators/novactl`);
});

test("there is no token for a cluster, role, tenant or address that does not exist", () => {
  const refused: [ReturnType<typeof call>, RegExp][] = [
    [aws("other", "--role-arn", role), /ResourceNotFoundException.*No cluster found for name: other/],
    [aws("main", "--role-arn", `${role}-of-nobody`), /AccessDenied.*sts:AssumeRole/],
    [call({ command: "aws", args: ["s3", "ls"] }), /knows `eks get-token` alone/],
    [azure("33333333-3333-3333-3333-333333333333"), /AADSTS90002/],
    [google("https://198.51.100.254"), /no GKE cluster of the simulation is at 198.51.100.254/],
  ];
  for (const [{ exitCode, stdout, stderr }, words] of refused) {
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.match(stderr, words);
  }
});

test("a token ends after a quarter of an hour", () => {
  const token = tokenOf(azure(TENANT));
  clock.now += TOKEN_SECONDS * 1000 - 1;
  assert.ok(tokens.read(token) !== undefined);
  clock.now += 1;
  assert.equal(tokens.read(token), undefined);
});

test("nobody makes a token of their own, or turns one into another's", () => {
  const [body = "", signature = ""] = tokenOf(aws("main", "--role-arn", role)).split(".");
  const changed = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as Claims;
  const forged = Buffer.from(JSON.stringify({ ...changed, cloud: "gcp", account: PROJECT })).toString("base64url");
  const other = mkdtempSync(join(tmpdir(), "novacron-tokens-"));
  const elsewhere = tokensIn(other).tokens.issue({ cloud: "gcp", account: PROJECT, principal: "x" }).token;
  rmSync(other, { recursive: true });
  for (const token of [`${forged}.${signature}`, `${body}.`, body, "", `${body}.${signature}.x`, elsewhere])
    assert.equal(tokens.read(token), undefined, token);
  assert.ok(tokens.read(`${body}.${signature}`) !== undefined, "the token itself is good");
});

test("a token of one cloud or cluster opens no other, and without its access entry a role opens none", async () => {
  const token = tokenOf(aws("main", "--role-arn", role));
  assert.deepEqual([who("azure", token), who("gcp", token)], [{ authenticated: false }, { authenticated: false }]);
  const claims = tokens.read(token);
  assert.ok(claims !== undefined);
  const main = clouds.clusters().find(({ spec }) => spec.cloud === "aws");
  assert.equal(main?.identify({ ...claims, cluster: "other" }).authenticated, false);
  await clouds.aws.account.remove(T.entry, clouds.aws.entry);
  assert.deepEqual(who("aws", token), { authenticated: false });
});
