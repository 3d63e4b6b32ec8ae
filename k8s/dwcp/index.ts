import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { StackConfig } from "../../infra/config/schema.ts";
import type { QuorumPlan } from "../../infra/plan/quorum.ts";
import type { ServicesPlan } from "../../infra/plan/services.ts";
import { ROLE_ENVIRONMENT } from "../contract.ts";
import { INTERNAL_GATEWAY_URL, NAMESPACES } from "../platform/names.ts";
import { BackgroundLoad } from "./backgroundLoad.ts";
import { CanaryService, type ReleasedService } from "./canaryService.ts";
import { Gate } from "./gate.ts";
import { PEER_SERVICE, Peers } from "./peers.ts";
import { PROBE_PREFIX, Routes } from "./routes.ts";
import { settings } from "./settings.ts";
import { STATE_URLS, State } from "./state.ts";

export interface DwcpArgs {
  /** From `planServices`. */
  plan: Pick<ServicesPlan, "region" | "hosts" | "peers" | "replicas" | "release">;
  images: StackConfig["images"];
  features: StackConfig["features"];
  /** From `planQuorum`: timeouts, sync interval and mode. */
  quorum: QuorumPlan;
  /** Secret of the edge's certificate for both hosts. */
  certificate: string;
  /** Base URL of bandwidth inference. */
  inferenceUrl: string;
}

/** DWCP in a region: v3 and v1 as services that are released step by step, their state, the release gate and the routes. */
export class Dwcp extends ComponentResource {
  /** The services that are released step by step. */
  readonly services: readonly ReleasedService[];
  /** Base URL of the release gate inside the cluster. */
  readonly gateUrl: string;

  constructor(name: string, args: DwcpArgs, options?: ComponentResourceOptions) {
    super("novacron:dwcp:Dwcp", name, {}, options);
    const { plan, images, features } = args;
    const { region, hosts, release } = plan;
    // As many of v1 as of v3: it must be able to take everything over at once.
    const replicas = { least: plan.replicas.workload, most: 2 * plan.replicas.workload };
    const own = { parent: this };

    const gate = new Gate(`${name}-gate`, { region, image: images.environment }, own);
    new State(`${name}-state`, { region, image: images.environment }, own);
    new Peers(`${name}-peers`, { peers: plan.peers }, own);
    const version = (
      service: "dwcp-v3" | "dwcp-v1",
      image: string,
      judged: boolean,
      env: Record<string, string> = {},
    ): CanaryService =>
      new CanaryService(
        `${name}-${service === "dwcp-v3" ? "v3" : "v1"}`,
        {
          namespace: NAMESPACES.dwcp,
          program: {
            name: service,
            image,
            role: "dwcp",
            region,
            env: {
              [ROLE_ENVIRONMENT.dwcp.stateUrls]: STATE_URLS.join(","),
              [ROLE_ENVIRONMENT.dwcp.inferenceUrl]: args.inferenceUrl,
              ...settings(args.quorum),
              ...env,
            },
            resources: { cpu: "250m", memory: "256Mi" },
            pool: "workload",
          },
          ceiling: release[service],
          replicas,
          judged,
        },
        own,
      );
    // The same in every region for all time: a new region restarts no pod.
    const federation = {
      [ROLE_ENVIRONMENT.dwcp.peerService]: PEER_SERVICE,
      [ROLE_ENVIRONMENT.dwcp.peerHost]: hosts.pattern,
    };
    const v3 = version("dwcp-v3", images.dwcpV3, features.dwcpV3, federation);
    const v1 = version("dwcp-v1", images.dwcpV1, !features.dwcpV3);
    const routes = new Routes(
      `${name}-routes`,
      {
        hosts,
        versions: [v3.service.name, v1.service.name],
        v3Serves: features.dwcpV3,
        certificate: args.certificate,
      },
      { ...own, dependsOn: [v3, v1] },
    );
    new BackgroundLoad(
      `${name}-load`,
      {
        region,
        namespace: NAMESPACES.dwcp,
        image: images.environment,
        url: `${INTERNAL_GATEWAY_URL}${PROBE_PREFIX}/v1/version`,
        sessions: `${INTERNAL_GATEWAY_URL}${PROBE_PREFIX}/v1/sessions`,
      },
      { ...own, dependsOn: [routes] },
    );

    this.services = [v3.service, v1.service];
    this.gateUrl = gate.url;
    this.registerOutputs({ services: this.services, gateUrl: this.gateUrl });
  }
}
