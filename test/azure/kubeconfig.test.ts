import assert from "node:assert/strict";
import { test } from "node:test";
import { certificateAuthority, kubeconfig } from "../../infra/azure/kubeconfig.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

test("a kubeconfig that leaks opens no cluster: it holds no token, password or key", () => {
  const text = kubeconfig({ context: "aks", server: "https://aks", certificateAuthority: "Q0E=", tenantId: "t" });
  const [user] = JSON.parse(text).users;
  assert.deepEqual(Object.keys(user.user), ["exec"]);
  assert.equal(user.user.exec.command, "kubelogin");
  assert.ok(user.user.exec.args.includes("6dae42f8-4368-4678-94ff-3960e28e3630"));
});

test("the cluster's authority is found in what AKS issues, in YAML or JSON", () => {
  assert.equal(certificateAuthority(base64("clusters:\n- cluster:\n    certificate-authority-data: Q0E=\n")), "Q0E=");
  assert.equal(certificateAuthority(base64('{"cluster": {"certificate-authority-data": "Q0E="}}')), "Q0E=");
  assert.throws(() => certificateAuthority(base64("users: []")), /no certificate-authority-data/);
});
