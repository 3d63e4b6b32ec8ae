import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pkiFile, prepareRegion } from "../../sim/region/pki.ts";
import { smallSpec } from "./region.ts";

const folder = mkdtempSync(join(tmpdir(), "pki-"));
after(() => rmSync(folder, { recursive: true }));

test("a region that is prepared again keeps its identity; a new name of the server gets a new certificate", async () => {
  const { certificateAuthority } = await prepareRegion(folder, smallSpec);
  const first = contents();
  await prepareRegion(folder, smallSpec);
  assert.deepEqual(contents(), first);

  const name = "cluster.example.com";
  await prepareRegion(folder, { ...smallSpec, serverNames: [...smallSpec.serverNames, name] });
  const { "server.pem": before, "server.key": keyBefore, ...kept } = first;
  const { "server.pem": server, "server.key": key, ...now } = contents();
  assert.deepEqual(now, kept);
  assert.notEqual(key, keyBefore);
  const certificate = new X509Certificate(server ?? "");
  assert.ok(certificate.checkIssued(new X509Certificate(certificateAuthority)));
  const names = [name, ...smallSpec.serverNames, "kubernetes.default.svc"];
  for (const expected of names) assert.ok(certificate.checkHost(expected), expected);
  for (const address of ["127.0.0.1", "172.20.0.1"]) assert.ok(certificate.checkIP(address), address);
});

test("keys and tokens are their owner's alone", async () => {
  await prepareRegion(folder, smallSpec);
  for (const file of readdirSync(join(folder, "pki")))
    assert.equal(statSync(join(folder, "pki", file)).mode & 0o077, 0, file);
  assert.match(readFileSync(pkiFile(folder, "adminToken"), "utf8"), /^[0-9a-f]{64}$/);
});

const contents = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(folder, "pki")).map((file) => [file, readFileSync(join(folder, "pki", file), "utf8")]),
  );
