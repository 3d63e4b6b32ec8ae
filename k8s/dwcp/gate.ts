import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { PORTS, ROLE_ENVIRONMENT } from "../contract.ts";
import { NAMESPACES, PRIORITIES } from "../platform/names.ts";
import { nameLabel, podTemplate } from "./podTemplate.ts";

const NAME = "gate";

/** Where the ConfigMaps with the release ceilings are. */
const WATCHED = [NAMESPACES.dwcp, NAMESPACES.inference];

export interface GateArgs {
  region: string;
  /** The environment's image by digest. */
  image: string;
}

/**
 * The release gate: tells Argo, through Prometheus, and people how far each digest may go in this region. It reads
 * ConfigMaps of the namespaces that hold released services and can do nothing else. Two replicas must agree for a yes.
 */
export class Gate extends ComponentResource {
  /** Base URL inside the cluster. */
  readonly url: string;

  constructor(name: string, { region, image }: GateArgs, options?: ComponentResourceOptions) {
    super("novacron:dwcp:Gate", name, {}, options);
    const own = { parent: this };
    const metadata = { name: NAME, namespace: NAMESPACES.dwcp, labels: nameLabel(NAME) };
    const account = new ServiceAccount(`${name}-account`, { metadata, automountServiceAccountToken: false }, own);
    const bindings = WATCHED.map((namespace) => {
      const place = { ...metadata, namespace };
      const role = new Role(
        `${name}-role-${namespace}`,
        {
          metadata: place,
          rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
        },
        own,
      );
      return new RoleBinding(
        `${name}-binding-${namespace}`,
        {
          metadata: place,
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: NAME },
          subjects: [{ kind: "ServiceAccount", name: NAME, namespace: NAMESPACES.dwcp }],
        },
        { ...own, dependsOn: [role] },
      );
    });
    new Deployment(
      `${name}-replicas`,
      {
        metadata,
        spec: {
          replicas: 2,
          selector: { matchLabels: nameLabel(NAME) },
          template: podTemplate({
            name: NAME,
            image,
            role: "gate",
            region,
            env: { [ROLE_ENVIRONMENT.gate.namespaces]: WATCHED.join(",") },
            resources: { cpu: "100m", memory: "128Mi" },
            pool: "workload",
            priority: PRIORITIES.critical,
            needsApi: true,
          }),
        },
      },
      { ...own, dependsOn: [account, ...bindings] },
    );
    new Service(
      `${name}-service`,
      {
        metadata,
        spec: { selector: nameLabel(NAME), ports: [{ name: "http", port: PORTS.http, targetPort: "http" }] },
      },
      own,
    );
    new PodDisruptionBudget(
      `${name}-budget`,
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: nameLabel(NAME) } } },
      own,
    );
    this.url = `http://${NAME}.${NAMESPACES.dwcp}.svc:${PORTS.http}`;
    this.registerOutputs({ url: this.url });
  }
}
