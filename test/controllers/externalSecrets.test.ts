import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { KubernetesObject } from "../../client/client.ts";
import { CHARTS } from "../../k8s/charts.ts";
import { decoded, type Secret } from "../../sim/controllers/certManagerObjects.ts";
import type { Condition } from "../../sim/controllers/conditions.ts";
import { externalSecrets } from "../../sim/controllers/externalSecrets.ts";
import type { ExternalSecret } from "../../sim/controllers/externalSecretsObjects.ts";
import {
  CLUSTER_SECRET_STORES,
  EXTERNAL_SECRETS,
  NAMESPACES,
  objectPath,
  SECRETS,
} from "../../sim/controllers/paths.ts";
import type { SecretRequest } from "../../sim/region/context.ts";
import type { RunningRole } from "../../workload/role.ts";
import { Cluster } from "./cluster.ts";

let cluster: Cluster;
let controller: RunningRole;
/** The cloud's secret manager. */
const values = new Map<string, string>();
const asked: SecretRequest[] = [];

before(async () => {
  cluster = await Cluster.start("external-secrets");
  const secret = async (request: SecretRequest): Promise<string> => {
    asked.push(request);
    const { key, property } = request;
    const value = values.get(key);
    if (value === undefined) throw new Error(`Secrets Manager can't find the specified secret: ${key}`);
    return property === undefined ? value : ((JSON.parse(value) as Record<string, string>)[property] ?? "");
  };
  await cluster.create(NAMESPACES, { metadata: { name: "external-secrets" } });
  const client = await cluster.install(CHARTS.externalSecrets, "external-secrets", {});
  controller = await externalSecrets(
    cluster.context(
      { secret },
      {
        client,
        args: ["--enable-leader-election=true"],
        env: { POD_NAME: "external-secrets-0", POD_NAMESPACE: "external-secrets" },
      },
    ),
  );
  await cluster.create(NAMESPACES, { metadata: { name: "dwcp" } });
  await cluster.create(CLUSTER_SECRET_STORES, {
    metadata: { name: "region" },
    spec: {
      provider: { aws: { service: "SecretsManager", region: "us-east-1" } },
      conditions: [{ namespaces: ["dwcp"] }],
    },
  });
});

beforeEach(() => {
  values.clear();
  asked.length = 0;
});

after(async () => {
  await controller.stop();
  await cluster.stop();
});

const wanted = (name: string, spec: object, namespace = "dwcp") =>
  cluster.create<ExternalSecret>(
    EXTERNAL_SECRETS,
    { metadata: { name }, spec: { secretStoreRef: { kind: "ClusterSecretStore", name: "region" }, ...spec } },
    namespace,
  );

const path = (name: string, namespace = "dwcp") => objectPath(EXTERNAL_SECRETS, name, namespace);
const readyCondition = ({ status }: { status?: { conditions?: Condition[] } }) =>
  status?.conditions?.find(({ type }) => type === "Ready");

test("a value of the cloud's secret manager reaches the namespace and follows it", async () => {
  values.set("prod/keys", JSON.stringify({ hmac: "one", other: "x" }));
  await wanted("keys", {
    refreshInterval: "1s",
    data: [{ secretKey: "key", remoteRef: { key: "prod/keys", property: "hmac" } }],
  });
  const secretPath = objectPath(SECRETS, "keys", "dwcp");
  const first = await cluster.until<Secret>(secretPath, (secret) => decoded(secret, "key") === "one");
  assert.deepEqual(asked[0]?.provider, { aws: { service: "SecretsManager", region: "us-east-1" } });
  assert.equal(first.metadata.ownerReferences?.[0]?.kind, "ExternalSecret");
  const synced = await cluster.until<ExternalSecret>(
    path("keys"),
    (object) => readyCondition(object)?.status === "True",
  );
  assert.equal(readyCondition(synced)?.reason, "SecretSynced");

  values.set("prod/keys", JSON.stringify({ hmac: "two" }));
  await cluster.until<Secret>(secretPath, (secret) => decoded(secret, "key") === "two");
});

test("a Secret that somebody changes or deletes is put back, long before it is due again", async () => {
  values.set("prod/kept", "right");
  await wanted("kept", { refreshInterval: "1h", data: [{ secretKey: "key", remoteRef: { key: "prod/kept" } }] });
  const secretPath = objectPath(SECRETS, "kept", "dwcp");
  const isRight = (secret: Secret) => decoded(secret, "key") === "right";
  await cluster.until<ExternalSecret>(path("kept"), (object) => readyCondition(object)?.status === "True");
  await cluster.client.merge(secretPath, { data: { key: Buffer.from("wrong").toString("base64") } });
  await cluster.until<Secret>(secretPath, isRight);
  await cluster.client.remove(secretPath);
  await cluster.until<Secret>(secretPath, isRight);
});

test("a value that does not exist is named in the condition, and fetched once it is there", async () => {
  await wanted("late", { refreshInterval: "1h", dataFrom: [{ extract: { key: "prod/late" } }] });
  const failed = await cluster.until<ExternalSecret>(
    path("late"),
    (object) => readyCondition(object)?.status === "False",
  );
  assert.equal(readyCondition(failed)?.reason, "SecretSyncedError");
  assert.match(readyCondition(failed)?.message ?? "", /can't find the specified secret: prod\/late/);
  values.set("prod/late", JSON.stringify({ user: "a", count: 3 }));
  const secret = await cluster.until<Secret>(objectPath(SECRETS, "late", "dwcp"), () => true);
  assert.deepEqual([decoded(secret, "user"), decoded(secret, "count")], ["a", "3"]);
  await cluster.until<ExternalSecret>(path("late"), (object) => readyCondition(object)?.status === "True");
});

test("a namespace that the store is not for gets nothing", async () => {
  values.set("prod/keys", "{}");
  await wanted("stolen", { dataFrom: [{ extract: { key: "prod/keys" } }] }, "default");
  const failed = await cluster.until<ExternalSecret>(
    path("stolen", "default"),
    (object) => readyCondition(object)?.status === "False",
  );
  assert.match(readyCondition(failed)?.message ?? "", /not allowed from namespace "default"/);
  assert.deepEqual(asked, []);
});

test("a store of one namespace, which is not simulated, is refused by name", async () => {
  await wanted("elsewhere", { secretStoreRef: { kind: "SecretStore", name: "region" } });
  const failed = await cluster.until<ExternalSecret>(
    path("elsewhere"),
    (object) => readyCondition(object)?.status === "False",
  );
  assert.match(readyCondition(failed)?.message ?? "", /SecretStore is not simulated; ClusterSecretStore is/);
});

test("each cloud's store is ready, and one that is not simulated says which are", async () => {
  const providers = {
    azure: { azurekv: { vaultUrl: "https://v.vault.azure.net", authType: "WorkloadIdentity" } },
    google: { gcpsm: { projectID: "p" } },
    other: { fake: { data: [] } },
  };
  for (const [name, provider] of Object.entries(providers))
    await cluster.create(CLUSTER_SECRET_STORES, { metadata: { name }, spec: { provider } });
  const condition = async (name: string) => {
    type Store = KubernetesObject & { status?: { conditions?: Condition[] } };
    const store = await cluster.until<Store>(
      objectPath(CLUSTER_SECRET_STORES, name),
      (object) => !!readyCondition(object),
    );
    return readyCondition(store);
  };
  assert.equal((await condition("azure"))?.status, "True");
  assert.equal((await condition("google"))?.status, "True");
  assert.match((await condition("other"))?.message ?? "", /fake is not simulated; there are aws, azurekv, gcpsm/);
});
