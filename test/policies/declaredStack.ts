import "../../infra/stackTraces.ts";
import { type Output, output, runtime } from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import type { StackResource } from "../../policies/stackRule.ts";
import { configIn, stackFileText } from "../config/stackFile.ts";
import { asPolicySees } from "./fixtures/fixture.ts";

/** Base64 of a kubeconfig as AKS issues it. */
const ISSUED = Buffer.from("clusters:\n- cluster:\n    certificate-authority-data: Q0E=\n").toString("base64");

/**
 * Everything that the program declares for a shipped stack, as stack rules see it once all exists: run without an engine, on
 * clouds that answer with a resource's inputs and what the program reads beside them.
 */
export async function declaredStack(stack: "staging" | "prod"): Promise<StackResource[]> {
  const resources: StackResource[] = [];
  const config = Object.entries(configIn(stackFileText(stack))).map(([key, value]) => [
    `novacron:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  await runtime.setMocks({ newResource: answer, call }, "novacron", stack);
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(["novacron:meshSecret"]);
  runtime.setAllConfig({ ...Object.fromEntries(config), "novacron:meshSecret": "0123456789abcdef".repeat(4) });
  const register = MockMonitor.prototype.registerResource;
  MockMonitor.prototype.registerResource = function (
    request: RegisterResourceRequest,
    answered: (error: unknown, response: { getUrn(): string }) => void,
  ) {
    return register.call(this, request, (error: unknown, response: { getUrn(): string }) => {
      if (error === null && request.getCustom()) resources.push(declared(request, response.getUrn()));
      answered(error, response);
    });
  };
  try {
    const outputs = (await import(`../../infra/index.ts?${stack}`)) as Record<string, unknown>;
    await runtime.disconnect();
    const published = Object.entries(outputs).map(async ([name, value]) => [name, await settled(value)] as const);
    resources.push(stackOf(stack, Object.fromEntries(await Promise.all(published))));
  } finally {
    MockMonitor.prototype.registerResource = register;
  }
  return resources;
}

const settled = (value: unknown): Promise<unknown> =>
  new Promise((resolve) => void (output(value) as Output<unknown>).apply(resolve));

/** The stack itself, with what it publishes. */
const stackOf = (stack: string, outputs: Record<string, unknown>): StackResource => ({
  type: "pulumi:pulumi:Stack",
  urn: `urn:pulumi:${stack}::novacron::pulumi:pulumi:Stack::novacron-${stack}`,
  name: `novacron-${stack}`,
  props: asPolicySees(outputs),
  options: { protect: false, ignoreChanges: [], secretInputs: [] },
  propertyDependencies: {},
});

function declared(request: RegisterResourceRequest, urn: string): StackResource {
  const inputs = runtime.deserializeProperties(request.getObject() ?? new structs.Struct());
  const dependencies = new Map(
    [...request.getPropertydependenciesMap().entries()].map(([property, on]) => [
      property,
      on.getUrnsList().map((each) => ({ urn: each })),
    ]),
  );
  return {
    type: request.getType(),
    urn,
    name: request.getName(),
    props: asPolicySees(plain(inputs) as Record<string, unknown>),
    options: {
      protect: request.getProtect() ?? false,
      ignoreChanges: request.getIgnorechangesList(),
      secretInputs: Object.keys(inputs).filter((property) => isSecret(inputs[property])),
    },
    propertyDependencies: Object.fromEntries(dependencies),
    provider: request.getProvider().split("::").slice(0, -1).join("::"),
  };
}

/** How the engine's protocol marks a secret (sdk/proto, "special signatures"). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

const isSecret = (value: unknown): value is { value: unknown } =>
  typeof value === "object" && value !== null && SIGNATURE in value && "value" in value;

/** Values without the envelopes that mark secrets: the SDK takes them off before a policy sees them. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

let addresses = 0;

/** What the clouds add to a resource's inputs, as far as the program reads it. */
function answer({ type, name, inputs }: { type: string; name: string; inputs: Record<string, unknown> }) {
  const kind = type.slice(type.lastIndexOf(":") + 1);
  addresses += 1;
  const address = `203.0.113.${addresses % 250}`;
  const answers: Record<string, Record<string, unknown>> = {
    "aws:eks/cluster:Cluster": {
      vpcConfig: { ...(inputs.vpcConfig as object), clusterSecurityGroupId: "sg-1" },
      endpoint: "https://cluster.example",
      certificateAuthority: { data: "Q0E=" },
      identities: [{ oidcs: [{ issuer: "https://issuer.example" }] }],
    },
    VpnConnection: { tunnel1Address: `198.51.100.${addresses % 250}`, tunnel2Address: address },
    ManagedCluster: { fqdn: "aks.example", oidcIssuerProfile: { enabled: true, issuerURL: "https://issuer.example/" } },
    Vault: { properties: { ...(inputs.properties as object), vaultUri: "https://vault.example/" } },
    StorageAccount: { primaryEndpoints: { blob: "https://account.example/" } },
    ServiceIdentity: {
      email: "service-1@gcp-sa-secretmanager.iam.gserviceaccount.com",
      member: "serviceAccount:service-1@gcp-sa-secretmanager.iam.gserviceaccount.com",
    },
    HaVpnGateway: { vpnInterfaces: [0, 1].map((id) => ({ id, ipAddress: `198.51.101.${id}` })) },
    "gcp:container/cluster:Cluster": { endpoint: "10.0.0.2", masterAuth: { clusterCaCertificate: "Q0E=" } },
  };
  return {
    id: `${name}-id`,
    state: {
      name,
      arn: `arn:aws:mock:us-east-1:000000000000:${name}`,
      selfLink: `https://www.googleapis.com/compute/v1/${name}`,
      email: `${name}@novacron.iam.gserviceaccount.com`,
      member: `serviceAccount:${name}@novacron.iam.gserviceaccount.com`,
      publicIp: address,
      ipAddress: address,
      principalId: name,
      zoneId: name,
      nameServers: ["ns.example"],
      bucket: name,
      keyUriWithVersion: `https://vault.example/keys/${name}/1`,
      ...inputs,
      ...(answers[type] ?? answers[kind]),
    },
  };
}

function call({ token }: { token: string }): Record<string, unknown> {
  if (token.endsWith("listManagedClusterUserCredentials")) return { kubeconfigs: [{ name: "user", value: ISSUED }] };
  throw new Error(`the program looked something up: ${token}`);
}
