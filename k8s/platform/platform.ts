import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import type { NetworkPolicyPlan } from "../../infra/plan/networkPolicies.ts";
import type { Cloud } from "../../infra/plan/topology.ts";
import { CHARTS } from "../charts.ts";
import { argoRolloutsValues, certManagerValues, externalSecretsValues } from "./controllers.ts";
import { traefikValues } from "./gateway.ts";
import { NAMESPACES, type Namespace } from "./names.ts";
import { quotas, type Replicas, restrictedNamespace } from "./namespaces.ts";
import { networkPolicy } from "./networkPolicies.ts";
import { priorityClasses } from "./priorities.ts";
import { release } from "./release.ts";
import { regionalSecretStore } from "./secretStore.ts";
import { encryptedVolumes } from "./storageClass.ts";
import { wanEntry } from "./wanEntry.ts";

/** Annotations as a cloud wants them. */
type Annotations = Record<string, Input<string>>;

export interface PlatformArgs {
  cloud: Cloud;
  /** The cloud's name of the place, such as `us-east-1`. */
  location: string;
  /** Pods of the gateway: two at least, each in a zone of its own. */
  gateways: number;
  /** Least pods of a service by pool, which quotas follow from. */
  replicas: Replicas;
  /** From `planNetworkPolicies`. */
  networkPolicies: readonly NetworkPolicyPlan[];
  /** `Region.annotations`: how the gateway gets its public and its private addresses, and External Secrets the right to read. */
  annotations: { loadBalancer: Annotations; wanLoadBalancer: Annotations; secretsReader: Annotations };
  /** `Region.secretStore`. */
  secretStore: Input<string>;
  /** `Region.volumeKey`: what a StorageClass says beside the kind of its volumes. */
  volumeKey: Record<string, Input<string>>;
}

/**
 * What every regional cluster holds before a service of ours runs in it: namespaces that admit restricted pods only, with
 * quotas and closed networks; priorities; encrypted volumes; and the controllers for releases, routes, certificates and
 * secrets. Needs the `kubernetes` provider of the cluster. Whatever uses a custom resource depends on the whole component.
 */
export class Platform extends ComponentResource {
  constructor(name: string, args: PlatformArgs, options?: ComponentResourceOptions) {
    super("novacron:platform:Platform", name, {}, options);
    const { cloud, location, secretStore: store, annotations, volumeKey: key } = args;
    const child = { parent: this };

    const quotaOf = quotas(args.replicas);
    const priorities = priorityClasses(name, child);
    encryptedVolumes(`${name}-volumes`, { cloud, key }, child);
    // Before the first pod: a policy that comes later would cut connections that should never have been made. Each namespace
    // has its own alone in mind: the state, written anew at every step of a run, would hold a list of all once for each.
    const closed = new Map(
      Object.values(NAMESPACES).map((namespace) => {
        const made = restrictedNamespace(name, namespace, quotaOf[namespace], child);
        const policies = args.networkPolicies
          .filter((policy) => policy.namespace === namespace)
          .map((policy) => networkPolicy(name, policy, { parent: this, dependsOn: made }));
        return [namespace, [made, ...policies, ...priorities]];
      }),
    );
    const install = <Values extends object>(key: keyof typeof CHARTS, namespace: Namespace, values: Values) =>
      release(
        `${name}-${CHARTS[key].chart}`,
        { chart: CHARTS[key], namespace, values },
        { parent: this, dependsOn: closed.get(namespace) ?? [] },
      );

    install("argoRollouts", NAMESPACES.rollouts, argoRolloutsValues);
    const gateway = install("traefik", NAMESPACES.gateway, traefikValues(args.gateways, annotations.loadBalancer));
    wanEntry(`${name}-wan-entry`, annotations.wanLoadBalancer, { parent: this, dependsOn: gateway });
    install("certManager", NAMESPACES.certificates, certManagerValues);
    const secrets = install("externalSecrets", NAMESPACES.secrets, externalSecretsValues(annotations.secretsReader));
    regionalSecretStore(`${name}-secret-store`, { cloud, location, store }, { parent: this, dependsOn: secrets });
    this.registerOutputs({});
  }
}
