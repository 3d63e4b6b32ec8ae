import "./stackTraces.ts";
import { getStack } from "@pulumi/pulumi";
import { Dwcp } from "../k8s/dwcp/index.ts";
import { Edge } from "../k8s/edge/edge.ts";
import { Inference } from "../k8s/ml/inference.ts";
import { Monitoring } from "../k8s/monitoring/monitoring.ts";
import { Platform } from "../k8s/platform/platform.ts";
import { loadConfig } from "./config/load.ts";
import { DnsSolver } from "./dnsSolver.ts";
import { GlobalEntry } from "./entry.ts";
import { excludedRegions } from "./excludedRegions.ts";
import { Mesh } from "./mesh.ts";
import { stackOutputs } from "./outputs.ts";
import { planEnvironment } from "./plan/environment.ts";
import { withoutRegions } from "./plan/exclusion.ts";
import { createProviders } from "./providers.ts";
import { regionNamed } from "./region.ts";
import { createRegion } from "./regions.ts";
import { warnWithoutPolicyPack } from "./warnings.ts";

warnWithoutPolicyPack();
const { config, meshSecret } = loadConfig();
const environment = planEnvironment(config, getStack());
const plan = withoutRegions(environment, excludedRegions());

// Of all regions: what is left alone still needs its provider.
const providers = createProviders(environment.regions);
const regions = plan.regions.map((region) => createRegion(region, { providers }));
const mesh = new Mesh("mesh", { links: plan.links, regions, secret: meshSecret, keyEpoch: plan.mesh.keyEpoch });
const entry = new GlobalEntry(
  "entry",
  { dns: plan.dns, regions, tags: plan.tags, protect: config.protect },
  { providers },
);

const { images, features, identity } = config;
const services = plan.services.map((service) => {
  const { region: name, hosts } = service;
  const region = regionNamed(name, regions);
  const { role } = new DnsSolver(
    `${name}-dns-solver`,
    { oidcIssuer: region.cluster.oidcIssuer, zoneId: entry.zoneId, tags: plan.tags },
    { providers },
  );

  const { provider } = region.cluster;
  const { annotations, secretStore, volumeKey } = region;
  const platform = new Platform(`${name}-platform`, { ...service, annotations, secretStore, volumeKey }, { provider });
  const inCluster = { provider, dependsOn: [platform] };
  const dns = { zone: plan.dns.zone, zoneId: entry.zoneId, role };
  const edge = new Edge(`${name}-edge`, { region: name, image: images.environment, identity, hosts, dns }, inCluster);
  new Monitoring(`${name}-monitoring`, { region: name }, inCluster);
  const inference = new Inference(`${name}-inference`, { plan: service, images, model: config.pba.model }, inCluster);
  const dwcp = new Dwcp(
    `${name}-dwcp`,
    {
      plan: service,
      images,
      features,
      quorum: plan.quorum,
      certificate: edge.certificate,
      inferenceUrl: inference.url,
    },
    inCluster,
  );
  return { plan: service, released: [...dwcp.services, inference.service] };
});

export const { regionTable, meshTable, quorum, globalName, nameServers, serviceTable, kubeconfigs } = stackOutputs({
  plan,
  regions,
  mesh,
  entry,
  services,
});
