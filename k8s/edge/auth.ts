import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { PORTS, ROLE_ENVIRONMENT } from "../contract.ts";
import { nameLabel, podTemplate } from "../dwcp/podTemplate.ts";
import { NAMESPACES, PRIORITIES } from "../platform/names.ts";

const NAME = "auth";

/** The gateway refuses every request while none answers, so one may go at any time, with its zone or its node. */
const REPLICAS = 2;

/** Whose tokens are taken. */
export interface IdentityProvider {
  /** `iss` of the tokens. */
  issuer: string;
  /** `aud` of the tokens. */
  audience: string;
  /** Where the provider's keys are. */
  jwksUri: string;
}

export interface AuthArgs {
  region: string;
  /** The environment's image by digest. */
  image: string;
  identity: IdentityProvider;
}

/** The token check behind every external route: the gateway asks it about each request before it passes it on. */
export class Auth extends ComponentResource {
  constructor(name: string, { region, image, identity }: AuthArgs, options?: ComponentResourceOptions) {
    super("novacron:edge:Auth", name, {}, options);
    const own = { parent: this };
    const metadata = { name: NAME, namespace: NAMESPACES.dwcp, labels: nameLabel(NAME) };
    const account = new ServiceAccount(`${name}-account`, { metadata, automountServiceAccountToken: false }, own);
    new Deployment(
      `${name}-replicas`,
      {
        metadata,
        spec: {
          replicas: REPLICAS,
          selector: { matchLabels: nameLabel(NAME) },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          template: podTemplate({
            name: NAME,
            image,
            role: "auth",
            region,
            env: {
              [ROLE_ENVIRONMENT.auth.issuer]: identity.issuer,
              [ROLE_ENVIRONMENT.auth.audience]: identity.audience,
              [ROLE_ENVIRONMENT.auth.jwksUri]: identity.jwksUri,
            },
            resources: { cpu: "100m", memory: "128Mi" },
            pool: "workload",
            priority: PRIORITIES.critical,
          }),
        },
      },
      { ...own, dependsOn: [account] },
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
      { metadata, spec: { minAvailable: 1, selector: { matchLabels: nameLabel(NAME) } } },
      own,
    );
    this.registerOutputs({});
  }
}
