import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { KubernetesObject, ObjectList } from "../../client/client.ts";
import { ApiError } from "../../client/problem.ts";
import { gateRules } from "../../k8s/dwcp/gate.ts";
import { NAMESPACES } from "../../k8s/platform/names.ts";
import { layout } from "../../ops/home.ts";
import { Tokens } from "../../sim/tokens.ts";
import { type Environment, REGIONS, type RegionName, STACK, until } from "./environment.ts";

const GATE = "system:serviceaccount:dwcp:gate";

interface Rules {
  status: { resourceRules: { verbs: string[]; apiGroups: string[]; resources: string[] }[] };
}

interface Kubeconfig {
  users: { user: { exec: { command: string; args?: string[] } } }[];
}

interface Quota extends KubernetesObject {
  status: { hard: Record<string, string>; used: Record<string, string> };
}

interface Policy extends KubernetesObject {
  spec: { podSelector: object; policyTypes: string[]; ingress?: unknown; egress?: unknown };
}

interface Pod extends KubernetesObject {
  spec: { containers: { resources: { limits?: { memory?: string }; requests?: { cpu?: string } } }[] };
}

/** Who gets into a cluster, and what he may do there. */
export function accessTests(environment: () => Environment): void {
  describe("access to clusters", () => {
    test("the clouds' credential programs answer for clusters that exist, in the words of the cloud for others", async () => {
      const known = await run(...asKubectl("aws-use1"));
      assert.equal(known.code, 0, known.stderr);
      const { kind, status } = JSON.parse(known.stdout) as {
        kind: string;
        status: { token: string; expirationTimestamp: string };
      };
      assert.equal(kind, "ExecCredential");
      const minutes = (Date.parse(status.expirationTimestamp) - Date.now()) / 60_000;
      assert.ok(minutes > 10 && minutes <= 15, `${minutes}`);

      const unknown = await run("aws", ["eks", "get-token", "--cluster-name", "nobody", "--region", "us-east-1"]);
      assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
      assert.match(unknown.stderr, /ResourceNotFoundException.*No cluster found for name: nobody/);
      const azure = await run("kubelogin", [
        "get-token",
        "--login",
        "azurecli",
        "--server-id",
        "x",
        "--tenant-id",
        "nobody",
      ]);
      assert.deepEqual([azure.code, azure.stdout], [1, ""]);
      assert.match(azure.stderr, /AADSTS90002/);
      const info = {
        apiVersion: "client.authentication.k8s.io/v1",
        spec: { cluster: { server: "https://10.99.99.99" } },
      };
      const google = await run("gke-gcloud-auth-plugin", [], { KUBERNETES_EXEC_INFO: JSON.stringify(info) });
      assert.deepEqual([google.code, google.stdout], [1, ""]);
      assert.match(google.stderr, /no GKE cluster/);
    });

    test("a token opens its own cluster, until it has expired, and no other", async () => {
      const tokens = new Tokens(join(layout(environment().home).simulator, "tokens.key"));
      const known = await run(...asKubectl("aws-use1"));
      const { token } = (JSON.parse(known.stdout) as { status: { token: string } }).status;
      const shown = (region: RegionName, bearer: string) =>
        codeOf(region, "GET", "/api/v1/namespaces/dwcp", { headers: { authorization: `Bearer ${bearer}` } });
      assert.equal(await shown("aws-use1", token), 200);
      // Signed in to the cloud, but not as one whom the cluster knows.
      const [program, args] = asKubectl("aws-use1");
      const role = args.indexOf("--role-arn");
      const nobody = await run(program, args.toSpliced(role, 2));
      const stranger = (JSON.parse(nobody.stdout) as { status: { token: string } }).status.token;
      assert.equal(await shown("aws-use1", stranger), 401);
      assert.equal(await shown("gcp-aso1", token), 401);
      assert.equal(await shown("aws-use1", `${token.slice(0, -4)}AAAA`), 401);
      const claims = tokens.read(token);
      assert.ok(claims !== undefined);
      assert.equal(await shown("aws-use1", tokens.issue(claims, -1).token), 401);
      assert.equal(await shown("aws-use1", tokens.issue(claims, 60).token), 200);
    });

    test("the gate reads ConfigMaps and Rollouts where services are released, adds to what is denied, and may do nothing else", async () => {
      const released: Record<string, string[]> = {
        [NAMESPACES.dwcp]: ["dwcp-v3", "dwcp-v1"],
        [NAMESPACES.inference]: ["pba"],
      };
      for (const region of REGIONS) {
        const maps = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;
        assert.equal(await codeOf(region, "GET", maps("dwcp"), asGate()), 200);
        assert.equal(await codeOf(region, "GET", maps("ml"), asGate()), 200);
        for (const path of [
          maps("monitoring"),
          "/api/v1/namespaces/dwcp/secrets",
          "/api/v1/namespaces/dwcp/pods",
          "/api/v1/nodes",
        ])
          assert.equal(await codeOf(region, "GET", path, asGate()), 403, path);
        const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "dwcp-v3-release" } };
        assert.equal(await codeOf(region, "POST", maps("dwcp"), { ...asGate(), body }), 403);
        assert.equal(await codeOf(region, "DELETE", `${maps("dwcp")}/dwcp-v3-release`, asGate()), 403);
        for (const namespace of Object.values(NAMESPACES)) {
          const review = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } };
          const { status } = await (await environment().cluster(region)).request<Rules>(
            "POST",
            "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
            { ...asGate(), body: review },
          );
          const granted = status.resourceRules.filter(
            // What everybody may: ask who he is and what he may do.
            ({ apiGroups }) =>
              !apiGroups.some((group) => ["authorization.k8s.io", "authentication.k8s.io"].includes(group)),
          );
          const services = released[namespace] ?? [];
          assert.deepEqual(granted, services.length === 0 ? [] : gateRules(services), `${region} ${namespace}`);
        }
      }
    });

    test("no namespace of ours lets a privileged pod in, and each is closed but for what is allowed", async () => {
      for (const region of REGIONS) {
        const cluster = await environment().cluster(region);
        for (const namespace of Object.values(NAMESPACES)) {
          await assert.rejects(
            cluster.create(`/api/v1/namespaces/${namespace}/pods`, pod({ privileged: true }), { dryRun: "All" }),
            (error: unknown) =>
              error instanceof ApiError && error.code === 403 && /PodSecurity "restricted/.test(error.message),
            `${region} ${namespace}`,
          );
          const policy = await cluster.get<Policy>(
            `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/default-deny`,
          );
          assert.deepEqual(policy.spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
        }
      }
    });

    test("a namespace's quota holds, and a container that asks for nothing gets the defaults", async () => {
      for (const region of REGIONS) {
        const cluster = await environment().cluster(region);
        for (const namespace of Object.values(NAMESPACES)) {
          const { items } = await cluster.get<ObjectList<Quota>>(`/api/v1/namespaces/${namespace}/resourcequotas`);
          const hard = Object.assign({}, ...items.map(({ status }) => status.hard)) as Record<string, string>;
          for (const key of ["pods", "requests.cpu", "requests.memory", "limits.memory", "services.loadbalancers"])
            assert.ok(hard[key] !== undefined, `${region} ${namespace} has no quota of ${key}`);
        }
        const balancer = { metadata: { name: "trial" }, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } };
        await assert.rejects(
          cluster.create(
            "/api/v1/namespaces/dwcp/services",
            { apiVersion: "v1", kind: "Service", ...balancer },
            { dryRun: "All" },
          ),
          (error: unknown) => error instanceof ApiError && error.code === 403 && /exceeded quota/.test(error.message),
        );
        const { spec } = (await cluster.request<Pod>("POST", "/api/v1/namespaces/dwcp/pods", {
          query: { dryRun: "All" },
          body: pod({}),
        })) satisfies Pod;
        assert.deepEqual(spec.containers[0]?.resources, {
          limits: { memory: "256Mi" },
          requests: { cpu: "50m", memory: "64Mi" },
        });
      }
    });

    test("External Secrets brings the region's own secret into the cluster, and follows a new value", async () => {
      const keys: Record<RegionName, string> = {
        "aws-use1": "novacron-staging-aws-use1/federation",
        "azr-weu": "federation",
        "gcp-aso1": "gcp-aso1-federation",
      };
      for (const region of REGIONS) {
        const cluster = await environment().cluster(region);
        const path = "/apis/external-secrets.io/v1/namespaces/dwcp/externalsecrets";
        const name = "trial-secret";
        await cluster.remove(`${path}/${name}`).catch(() => undefined);
        await cluster.create(path, {
          apiVersion: "external-secrets.io/v1",
          kind: "ExternalSecret",
          metadata: { name },
          spec: {
            refreshInterval: "1s",
            secretStoreRef: { kind: "ClusterSecretStore", name: "region" },
            target: { name, creationPolicy: "Owner" },
            data: [{ secretKey: "key", remoteRef: { key: keys[region] } }],
          },
        });
        const value = async () => {
          const { data } = await cluster.get<{ data?: Record<string, string> }>(
            `/api/v1/namespaces/dwcp/secrets/${name}`,
          );
          return Buffer.from(data?.key ?? "", "base64").toString("utf8");
        };
        try {
          await until(`the secret of ${region}`, 60, () =>
            value().then(
              (text) => text.length > 0,
              () => false,
            ),
          );
          const [listed = ""] = (await environment().control<string[]>("GET /secrets")).filter((known) =>
            belongs(known, region),
          );
          const changed = randomUUID();
          await environment().control("POST /secrets", { path: listed, value: changed });
          await until("the new value", 60, async () => (await value()) === changed);
        } finally {
          await cluster.remove(`${path}/${name}`);
        }
      }
    });
  });

  /** The credential program as a region's kubeconfig has it called. */
  function asKubectl(region: RegionName): [program: string, args: string[]] {
    const file = join(environment().home, "stacks", STACK, "clusters.json");
    const kubeconfigs = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    const { users } = JSON.parse(kubeconfigs[region] ?? "{}") as Kubeconfig;
    const { command = "", args = [] } = users[0]?.user.exec ?? {};
    return [command, args];
  }

  const asGate = () => ({
    headers: {
      "impersonate-user": GATE,
      "impersonate-group": "system:serviceaccounts",
    },
  });

  /** HTTP status of a request. */
  async function codeOf(
    region: RegionName,
    method: string,
    path: string,
    input: { headers?: Record<string, string>; body?: unknown },
  ): Promise<number> {
    try {
      await (await environment().cluster(region)).text(method, path, input);
      return 200;
    } catch (error) {
      if (error instanceof ApiError) return error.code;
      throw error;
    }
  }

  /** Runs one of the credential programs as kubectl does. */
  function run(
    program: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const file = join(layout(environment().home).bin, program);
    return new Promise((resolve) => {
      execFile(file, args, { env: { PATH: process.env.PATH, ...env } }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      });
    });
  }
}

/** Whether a secret of the simulated clouds is this region's federation key. */
const belongs = (path: string, region: RegionName): boolean =>
  path.includes("federation") &&
  { "aws-use1": /^arn:/, "azr-weu": /vaults/i, "gcp-aso1": /^projects/ }[region].test(path);

/** A pod with no more than it has to say; admitted unless it is privileged. */
const pod = ({ privileged = false }: { privileged?: boolean }) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "trial" },
  spec: {
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "main",
        image: "registry.example/none@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        securityContext: privileged
          ? { privileged }
          : { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
  },
});
