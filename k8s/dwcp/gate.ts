import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { ServiceName } from "../../infra/plan/release.ts";
import { ROLE_ENVIRONMENT } from "../contract.ts";
import { NAMESPACES, type Namespace } from "../platform/names.ts";
import { internalService } from "./internalService.ts";
import { nameLabel } from "./podTemplate.ts";

const NAME = "gate";

/** The services whose releases it watches, by namespace. */
const RELEASED: readonly { namespace: Namespace; services: readonly ServiceName[] }[] = [
  { namespace: NAMESPACES.dwcp, services: ["dwcp-v3", "dwcp-v1"] },
  { namespace: NAMESPACES.inference, services: ["pba"] },
];

export interface GateArgs {
  region: string;
  /** The environment's image by digest. */
  image: string;
}

/** What the gate may do in the namespace of released services: look, and add to what is denied. */
export const gateRules = (services: readonly string[]) => [
  { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] },
  {
    apiGroups: [""],
    resources: ["configmaps"],
    resourceNames: services.map((service) => `${service}-denied`),
    verbs: ["patch"],
  },
  { apiGroups: ["argoproj.io"], resources: ["rollouts"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["apps"], resources: ["replicasets"], verbs: ["get"] },
];

/**
 * The release gate: tells Argo, through Prometheus, and people how far each digest may go in this region, and denies what was
 * aborted. Two replicas must agree for a yes.
 */
export class Gate extends ComponentResource {
  /** Base URL inside the cluster. */
  readonly url: string;

  constructor(name: string, { region, image }: GateArgs, options?: ComponentResourceOptions) {
    super("novacron:dwcp:Gate", name, {}, options);
    const own = { parent: this };
    const bindings = RELEASED.map(({ namespace, services }) => {
      const metadata = { name: NAME, namespace, labels: nameLabel(NAME) };
      const role = new Role(`${name}-role-${namespace}`, { metadata, rules: gateRules(services) }, own);
      return new RoleBinding(
        `${name}-binding-${namespace}`,
        {
          metadata,
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: NAME },
          subjects: [{ kind: "ServiceAccount", name: NAME, namespace: NAMESPACES.dwcp }],
        },
        { ...own, dependsOn: [role] },
      );
    });
    this.url = internalService(
      name,
      {
        name: NAME,
        image,
        role: "gate",
        region,
        env: { [ROLE_ENVIRONMENT.gate.namespaces]: RELEASED.map(({ namespace }) => namespace).join(",") },
        resources: { cpu: "100m", memory: "128Mi" },
        needsApi: true,
      },
      { ...own, dependsOn: bindings },
    );
    this.registerOutputs({ url: this.url });
  }
}
