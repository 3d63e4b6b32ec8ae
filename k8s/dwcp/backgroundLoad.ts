import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { ROLE_ENVIRONMENT } from "../contract.ts";
import { type Namespace, PRIORITIES } from "../platform/names.ts";
import { nameLabel, podTemplate } from "./podTemplate.ts";

const NAME = "load";

export interface BackgroundLoadArgs {
  region: string;
  namespace: Namespace;
  /** The environment's image by digest. */
  image: string;
  /** Where the requests go, inside the cluster. */
  url: string;
  /** Where sessions for long streams are opened, inside the cluster. @default no streams */
  sessions?: string;
  /** Requests per second. @default 10, of which a canary at 10 % gets twice what it needs to be judged */
  rate?: number;
}

/** A small constant load on a released service: requests, so that a canary is judged in a quiet night as well, and long streams. */
export class BackgroundLoad extends ComponentResource {
  constructor(name: string, args: BackgroundLoadArgs, options?: ComponentResourceOptions) {
    super("novacron:dwcp:BackgroundLoad", name, {}, options);
    const { region, namespace, image, url, sessions, rate = 10 } = args;
    const metadata = { name: NAME, namespace, labels: nameLabel(NAME) };
    const account = new ServiceAccount(
      `${name}-account`,
      { metadata, automountServiceAccountToken: false },
      { parent: this },
    );
    new Deployment(
      `${name}-replicas`,
      {
        metadata,
        spec: {
          replicas: 1,
          selector: { matchLabels: nameLabel(NAME) },
          template: podTemplate({
            name: NAME,
            image,
            role: "load",
            region,
            env: {
              [ROLE_ENVIRONMENT.load.url]: url,
              [ROLE_ENVIRONMENT.load.rate]: String(rate),
              ...(sessions === undefined ? {} : { [ROLE_ENVIRONMENT.load.sessions]: sessions }),
            },
            resources: { cpu: "50m", memory: "128Mi" },
            pool: "workload",
            priority: PRIORITIES.background,
          }),
        },
      },
      { parent: this, dependsOn: [account] },
    );
    this.registerOutputs({});
  }
}
