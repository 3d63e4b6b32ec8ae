import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { parseStackConfig } from "../../infra/config/parse.ts";
import { planEnvironment } from "../../infra/plan/environment.ts";
import { Dwcp, type DwcpArgs } from "../../k8s/dwcp/index.ts";
import { Inference } from "../../k8s/ml/inference.ts";
import { configIn, stackFileText } from "../config/stackFile.ts";

const parsed = parseStackConfig(configIn(stackFileText("staging")), "staging");
if (parsed.config === undefined) throw new Error("the shipped staging config has faults");
const { config } = parsed;
const plan = planEnvironment(config, "staging");
const services = plan.services.find(({ region }) => region === "aws-use1");
if (services === undefined) throw new Error("the plan has no services for aws-use1");

export { config, plan };

export const dwcpArgs: DwcpArgs = {
  plan: services,
  images: config.images,
  features: config.features,
  quorum: plan.quorum,
  certificate: "edge",
  inferenceUrl: "http://traefik-internal.traefik.svc:8000/pba",
};

/** Declares DWCP and inference as a region of staging has them, with what a test wants to be different. */
export function declareServices(options: ComponentResourceOptions, changes: Partial<DwcpArgs> = {}): void {
  const args = { ...dwcpArgs, ...changes };
  new Dwcp("aws-use1-dwcp", args, options);
  new Inference(
    "aws-use1-inference",
    { plan: args.plan, images: args.images, model: `sha256:${"5".repeat(64)}` },
    options,
  );
}
