import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { StackConfig } from "../../infra/config/schema.ts";
import type { ServicesPlan } from "../../infra/plan/services.ts";
import { ROLE_ENVIRONMENT } from "../contract.ts";
import { IngressRoute, Middleware } from "../crds/traefik.ts";
import { BackgroundLoad } from "../dwcp/backgroundLoad.ts";
import { CanaryService, type ReleasedService } from "../dwcp/canaryService.ts";
import { INTERNAL_GATEWAY_URL, NAMESPACES } from "../platform/names.ts";

const NAME = "pba";
const PREFIX = "/pba";

export interface InferenceArgs {
  /** From `planServices`. */
  plan: Pick<ServicesPlan, "region" | "replicas" | "release">;
  images: StackConfig["images"];
  /** Digest of the model that is served. */
  model: string;
}

/**
 * Bandwidth inference (PBA) behind the Open Inference Protocol, on nodes of its own and released like DWCP itself. Reached
 * inside the cluster only. A replica gets requests once it has warmed up; DWCP waits 50 ms and then predicts by itself.
 */
export class Inference extends ComponentResource {
  readonly service: ReleasedService;
  /** Base URL, weighted between stable and canary. */
  readonly url: string;

  constructor(name: string, args: InferenceArgs, options?: ComponentResourceOptions) {
    super("novacron:ml:Inference", name, {}, options);
    const { plan, images, model } = args;
    const { region, replicas } = plan;
    const own = { parent: this };
    const namespace = NAMESPACES.inference;

    this.url = `${INTERNAL_GATEWAY_URL}${PREFIX}`;
    const released = new CanaryService(
      `${name}-service`,
      {
        namespace,
        program: {
          name: NAME,
          image: images.pba,
          role: "pba",
          region,
          env: { [ROLE_ENVIRONMENT.pba.model]: model },
          resources: { cpu: "500m", memory: "512Mi" },
          pool: "inference",
        },
        ceiling: plan.release.pba,
        replicas: { least: replicas.inference, most: 2 * replicas.inference },
        judged: true,
      },
      own,
    );
    const prefix = new Middleware(
      `${name}-prefix`,
      { metadata: { name: `${NAME}-prefix`, namespace }, spec: { stripPrefix: { prefixes: [PREFIX] } } },
      own,
    );
    const route = new IngressRoute(
      `${name}-route`,
      {
        metadata: { name: NAME, namespace },
        spec: {
          entryPoints: ["internal"],
          routes: [
            {
              match: `PathPrefix(\`${PREFIX}\`)`,
              kind: "Rule",
              services: [{ name: NAME, kind: "TraefikService" }],
              middlewares: [{ name: `${NAME}-prefix` }],
            },
          ],
        },
      },
      { ...own, dependsOn: [prefix, released] },
    );
    new BackgroundLoad(
      `${name}-load`,
      { region, namespace, image: images.environment, url: `${this.url}/v2/models/bandwidth` },
      { ...own, dependsOn: [route] },
    );
    this.service = released.service;
    this.registerOutputs({ service: this.service, url: this.url });
  }
}
