import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname, tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { lockFolder, removeDeadLocks, withStackLock } from "../../ops/locks.ts";
import { OperatorError } from "../../ops/operatorError.ts";

/** The number of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ["--version"]).pid;

const now = () => new Date().toISOString();
const mine = { username: userInfo().username, hostname: hostname() };

function folderWith(t: TestContext, ...locks: unknown[]): string {
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [index, lock] of locks.entries()) {
    writeFileSync(join(folder, `${index}.json`), typeof lock === "string" ? lock : JSON.stringify(lock));
    writeFileSync(join(folder, `${index}.json.attrs`), "{}");
  }
  return folder;
}

test("after a kill -9 of one's own pulumi the stack can be used again without `pulumi cancel`", (t) => {
  const folder = folderWith(t, { ...mine, pid: deadPid(), timestamp: now() });
  assert.equal(removeDeadLocks(folder).length, 1);
  assert.deepEqual(readdirSync(folder), []);
});

test("a number given to another process since a reboot holds no lock", (t) => {
  const folder = folderWith(t, { ...mine, pid: process.pid, timestamp: "2020-01-01T00:00:00Z" });
  assert.equal(removeDeadLocks(folder).length, 1);
});

for (const [whose, lock, says] of [
  ["a colleague's", { username: "colleague", hostname: mine.hostname }, /colleague@/],
  ["another machine's", { username: mine.username, hostname: "elsewhere" }, /@elsewhere/],
] as const) {
  test(`${whose} lock is never removed, dead as its number may be here`, (t) => {
    const folder = folderWith(t, { ...lock, pid: deadPid(), timestamp: now() });
    assert.throws(
      () => removeDeadLocks(folder),
      (error) => error instanceof OperatorError && says.test(error.message) && error.message.includes(folder),
    );
    assert.ok(existsSync(join(folder, "0.json")));
  });
}

test("a run that is under way is not disturbed, and its holder is named", (t) => {
  const folder = folderWith(t, { ...mine, pid: process.pid, timestamp: now() });
  assert.throws(() => removeDeadLocks(folder), new RegExp(`process ${process.pid}.*kill -INT ${process.pid}`));
  assert.ok(existsSync(join(folder, "0.json")));
});

test("of several locks only one's own dead ones go", (t) => {
  const foreign = { username: "colleague", hostname: "elsewhere", pid: 1, timestamp: now() };
  const folder = folderWith(t, { ...mine, pid: deadPid(), timestamp: now() }, foreign);
  assert.throws(() => removeDeadLocks(folder), /colleague@elsewhere/);
  assert.deepEqual(readdirSync(folder).toSorted(), ["1.json", "1.json.attrs"]);
});

for (const content of ["", "{", '{"pid":"x"}']) {
  test(`a lock that cannot be read is nobody's to remove: '${content}'`, (t) => {
    const folder = folderWith(t, content);
    assert.throws(() => removeDeadLocks(folder), /locked by \?@\?/);
    assert.ok(existsSync(join(folder, "0.json")));
  });
}

test("a stack without locks is free", (t) => {
  assert.deepEqual(removeDeadLocks(join(folderWith(t), "absent")), []);
});

test("while novactl deletes what nobody knows, pulumi finds the stack locked; afterwards it does not", async (t) => {
  const folder = join(folderWith(t), "made", "on", "demand");
  await withStackLock(folder, async () => {
    const files = readdirSync(folder);
    assert.equal(files.length, 1);
    await assert.rejects(
      withStackLock(folder, async () => assert.fail("two at once")),
      /is running: wait for it/,
    );
  });
  assert.deepEqual(readdirSync(folder), []);
  await assert.rejects(
    withStackLock(folder, () => Promise.reject(new Error("work failed"))),
    /work failed/,
  );
  assert.deepEqual(readdirSync(folder), []);
});

test("locks are looked for where each form of file backend keeps them, and nowhere else", () => {
  const inside = (root: string) => join(root, ".pulumi", "locks", "organization", "novacron", "staging");
  assert.equal(lockFolder("file:///var/state", "novacron", "staging"), inside("/var/state"));
  assert.equal(lockFolder("file:///var/my%20state?no_tmp_dir=true", "novacron", "staging"), inside("/var/my state"));
  assert.equal(lockFolder("file://~", "novacron", "staging"), inside(homedir()));
  assert.equal(lockFolder("file://~/state", "novacron", "staging"), inside(join(homedir(), "state")));
  assert.equal(lockFolder("file://./state", "novacron", "staging"), inside(resolve("state")));
  for (const url of ["https://api.pulumi.com/someone", "s3://bucket", "gs://bucket", "azblob://container"])
    assert.equal(lockFolder(url, "novacron", "staging"), undefined);
});

test("a folder in place of a lock does no harm", (t) => {
  const folder = folderWith(t);
  mkdirSync(join(folder, "folder"));
  assert.deepEqual(removeDeadLocks(folder), []);
});
