import "./stackTraces.ts";
import { getStack } from "@pulumi/pulumi";
import { loadConfig } from "./config/load.ts";
import { GlobalEntry } from "./entry.ts";
import { excludedRegions } from "./excludedRegions.ts";
import { Mesh } from "./mesh.ts";
import { stackOutputs } from "./outputs.ts";
import { planEnvironment } from "./plan/environment.ts";
import { withoutRegions } from "./plan/exclusion.ts";
import { createProviders } from "./providers.ts";
import { createRegion } from "./regions.ts";
import { warnWithoutPolicyPack } from "./warnings.ts";

warnWithoutPolicyPack();
const { config, meshSecret } = loadConfig();
const environment = planEnvironment(config, getStack());
const plan = withoutRegions(environment, excludedRegions());

// Of all regions: what is left alone still needs its provider.
const providers = createProviders(environment.regions);
const regions = plan.regions.map((region) => createRegion(region, { providers }));
const mesh = new Mesh("mesh", {
  links: plan.links,
  regions,
  secret: meshSecret,
  keyEpoch: plan.mesh.keyEpoch,
});
const entry = new GlobalEntry(
  "entry",
  { dns: plan.dns, regions, tags: plan.tags, protect: config.protect },
  { providers },
);

export const { regionTable, meshTable, quorum, globalName, nameServers, kubeconfigs } = stackOutputs({
  plan,
  regions,
  mesh,
  entry,
});
