import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { Edge } from "../../k8s/edge/edge.ts";
import { Monitoring } from "../../k8s/monitoring/monitoring.ts";
import { Platform } from "../../k8s/platform/platform.ts";
import { config, plan } from "./stagingRegion.ts";

const servicesOf = (regionName: string) => {
  const services = plan.services.find(({ region }) => region === regionName);
  if (services === undefined) throw new Error(`staging has no region ${regionName}`);
  return services;
};

/** Declares the platform of a region of staging, with annotations of a cloud that there is none of. */
export function declarePlatform(regionName: string, options: ComponentResourceOptions): void {
  new Platform(
    `${regionName}-platform`,
    {
      ...servicesOf(regionName),
      annotations: {
        loadBalancer: { "example.com/address": "reserved" },
        wanLoadBalancer: { "example.com/internal": "true" },
        secretsReader: { "example.com/identity": "reader" },
      },
      secretStore: "projects/novacron",
      volumeKey: { "example.com/key": "key-1" },
    },
    options,
  );
}

/** Declares what requests pass and what releases are judged by. */
export function declareEdge(regionName: string, options: ComponentResourceOptions): void {
  new Edge(
    `${regionName}-edge`,
    {
      region: regionName,
      image: config.images.environment,
      identity: config.identity,
      hosts: servicesOf(regionName).hosts,
      dns: { zone: config.dns.zone, zoneId: "Z1", role: "arn:aws:iam::000000000000:role/dns" },
    },
    options,
  );
  new Monitoring(`${regionName}-monitoring`, { region: regionName }, options);
}
