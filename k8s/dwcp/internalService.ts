import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import type { Resource } from "@pulumi/pulumi";
import { PORTS } from "../contract.ts";
import { NAMESPACES, PRIORITIES } from "../platform/names.ts";
import { nameLabel, type Program, podTemplate } from "./podTemplate.ts";

/** One may go at any time, with its zone or its node, or for an update. */
const REPLICAS = 2;

export type InternalProgram = Pick<Program, "name" | "image" | "role" | "region" | "env" | "resources" | "needsApi">;

/**
 * Declares, as parts of the component `parent`, a service of ours that a region cannot do without and that is not released step
 * by step: two replicas behind a Service, of which one is always there. Returns its base URL inside the cluster.
 */
export function internalService(
  name: string,
  program: InternalProgram,
  { parent, dependsOn = [] }: { parent: Resource; dependsOn?: readonly Resource[] },
): string {
  const labels = nameLabel(program.name);
  const metadata = { name: program.name, namespace: NAMESPACES.dwcp, labels };
  const account = new ServiceAccount(`${name}-account`, { metadata, automountServiceAccountToken: false }, { parent });
  new Deployment(
    `${name}-replicas`,
    {
      metadata,
      spec: {
        replicas: REPLICAS,
        selector: { matchLabels: labels },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: podTemplate({ ...program, pool: "workload", priority: PRIORITIES.critical }),
      },
    },
    { parent, dependsOn: [account, ...dependsOn] },
  );
  new Service(
    `${name}-service`,
    { metadata, spec: { selector: labels, ports: [{ name: "http", port: PORTS.http, targetPort: "http" }] } },
    { parent },
  );
  new PodDisruptionBudget(
    `${name}-budget`,
    { metadata, spec: { minAvailable: 1, selector: { matchLabels: labels } } },
    { parent },
  );
  return `http://${program.name}.${NAMESPACES.dwcp}.svc:${PORTS.http}`;
}
