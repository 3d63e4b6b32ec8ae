import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { ROLE_ENVIRONMENT } from "../contract.ts";
import { NAMESPACES } from "../platform/names.ts";
import { internalService } from "./internalService.ts";
import { nameLabel } from "./podTemplate.ts";

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
    const bindings = WATCHED.map((namespace) => {
      const metadata = { name: NAME, namespace, labels: nameLabel(NAME) };
      const role = new Role(
        `${name}-role-${namespace}`,
        {
          metadata,
          rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
        },
        own,
      );
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
        env: { [ROLE_ENVIRONMENT.gate.namespaces]: WATCHED.join(",") },
        resources: { cpu: "100m", memory: "128Mi" },
        needsApi: true,
      },
      { ...own, dependsOn: bindings },
    );
    this.registerOutputs({ url: this.url });
  }
}
