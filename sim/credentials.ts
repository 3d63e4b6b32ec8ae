import { parseArgs } from "node:util";
import { z } from "zod";
import { rootOf } from "./clouds/aws/eksClusters.ts";
import type { Claims, CloudCluster } from "./clouds/cluster.ts";
import type { Store } from "./store.ts";
import type { Tokens } from "./tokens.ts";

/** How one of the clouds' credential programs was called. */
export const callSchema = z.strictObject({
  command: z.enum(["aws", "kubelogin", "gke-gcloud-auth-plugin"]),
  args: z.array(z.string()),
  /** KUBERNETES_EXEC_INFO, by which a program is told for which cluster it is asked. */
  execInfo: z.string().optional(),
});

export type Call = z.output<typeof callSchema>;

/** What the program prints and ends with. */
export interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Who is signed in to the simulated clouds. */
const PRINCIPAL = "operator";

/** What a program says when it gives no credential. */
class Denied extends Error {}

/** Answers for the clouds' credential programs: a token for a cluster that exists, else what the program would say. */
export function answerCall(
  call: Call,
  of: { clusters: readonly CloudCluster[]; store: Store; tokens: Tokens },
): Outcome {
  try {
    const claims = CLAIMS[call.command](call, of.clusters, of.store);
    const { token, expires } = of.tokens.issue(claims);
    const credential = {
      kind: "ExecCredential",
      apiVersion: requestedVersion(call.execInfo),
      spec: {},
      status: { expirationTimestamp: expires.toISOString().replace(/\.\d+Z$/, "Z"), token },
    };
    return { exitCode: 0, stdout: `${JSON.stringify(credential)}\n`, stderr: "" };
  } catch (error) {
    if (!(error instanceof Denied)) throw error;
    return { exitCode: 1, stdout: "", stderr: `${error.message}\n` };
  }
}

type Reader = (call: Call, clusters: readonly CloudCluster[], store: Store) => Claims;

const CLAIMS: Record<Call["command"], Reader> = {
  aws: ({ args }, clusters, store) => {
    const { values, positionals } = options(args, ["region", "cluster-name", "role-arn", "output", "profile"]);
    if (positionals.join(" ") !== "eks get-token")
      throw new Denied(`the simulated AWS CLI knows \`eks get-token\` alone, not \`${positionals.join(" ")}\``);
    const { region, "cluster-name": name = "", "role-arn": role } = values;
    const cluster = clusters.find(
      ({ spec }) => spec.cloud === "aws" && spec.cluster === name && (region === undefined || spec.location === region),
    );
    if (cluster === undefined)
      throw new Denied(
        `An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: ${name}.`,
      );
    const { account } = cluster.resource;
    const isRole = store.all().some(({ type, state }) => type === "aws:iam/role:Role" && state.arn === role);
    if (role !== undefined && !isRole)
      throw new Denied(
        `An error occurred (AccessDenied) when calling the AssumeRole operation: User: ${rootOf(account)} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
      );
    return { cloud: "aws", account, cluster: name, principal: role ?? rootOf(account) };
  },

  kubelogin: ({ args }, clusters) => {
    const known = ["login", "server-id", "tenant-id", "environment", "client-id"];
    const { values, positionals } = options(args, known);
    if (positionals.join(" ") !== "get-token")
      throw new Denied(
        `Error: unknown command "${positionals.join(" ")}" for "kubelogin"; the simulated one knows get-token`,
      );
    const tenants = clusters
      .filter(({ spec }) => spec.cloud === "azure")
      .map(({ resource }) => (resource.state.aadProfile as { tenantID?: string } | undefined)?.tenantID ?? "");
    const tenant = values["tenant-id"] ?? tenants[0] ?? "";
    if (!tenants.includes(tenant))
      throw new Denied(
        `Error: failed to get token: AADSTS90002: Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. (No AKS cluster of the simulation belongs to it.)`,
      );
    return { cloud: "azure", account: tenant, principal: PRINCIPAL };
  },

  "gke-gcloud-auth-plugin": ({ execInfo }, clusters) => {
    const server = serverOf(execInfo);
    const google = clusters.filter(({ spec }) => spec.cloud === "gcp");
    const cluster = google.find(({ spec }) => server === undefined || spec.serverNames.includes(server));
    if (cluster === undefined)
      throw new Denied(
        `F gcp.go] print credential failed with error: no GKE cluster of the simulation is at ${server ?? "any address"}`,
      );
    return { cloud: "gcp", account: cluster.resource.account, principal: PRINCIPAL };
  },
};

function options(args: readonly string[], known: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: Object.fromEntries(known.map((name) => [name, { type: "string" as const }])),
      allowPositionals: true,
    });
  } catch (error) {
    throw new Denied(`Unknown options: ${error instanceof Error ? error.message : error}`);
  }
}

interface ExecInfo {
  apiVersion?: string;
  spec?: { cluster?: { server?: string } };
}

const parsed = (execInfo: string | undefined): ExecInfo => {
  try {
    return JSON.parse(execInfo ?? "{}") as ExecInfo;
  } catch {
    return {};
  }
};

const requestedVersion = (execInfo: string | undefined): string =>
  parsed(execInfo).apiVersion ?? "client.authentication.k8s.io/v1beta1";

function serverOf(execInfo: string | undefined): string | undefined {
  const server = parsed(execInfo).spec?.cluster?.server;
  return server !== undefined && URL.canParse(server) ? new URL(server).hostname : undefined;
}
