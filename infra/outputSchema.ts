import { z } from "zod";

const address = z.ipv4();

/** One region as the stack publishes it. */
const regionOutput = z.strictObject({
  cloud: z.enum(["aws", "azure", "gcp"]),
  location: z.string(),
  /** URL of the cluster's API. */
  apiEndpoint: z.url(),
  clusterName: z.string(),
  oidcIssuer: z.string(),
  artifacts: z.string(),
  secretStore: z.string(),
  /** Public addresses of the region's ingress. */
  entryAddresses: z.array(address).min(1),
});

const linkOutput = z.strictObject({
  name: z.string(),
  kind: z.enum(["vpn", "peering"]),
  regions: z.tuple([z.string(), z.string()]),
  tunnels: z.array(z.strictObject({ name: z.string(), inside: z.cidrv4(), outside: z.tuple([address, address]) })),
});

const milliseconds = z.number().positive();

/** As planned by `planQuorum`, which says what each figure is. */
const protocolOutput = z.strictObject({
  protocol: z.enum(["raft", "pbft"]),
  replicas: z.int().positive(),
  quorum: z.int().positive(),
  byzantine: z.int().min(0),
  placement: z.array(
    z.strictObject({
      region: z.string(),
      cloud: z.enum(["aws", "azure", "gcp"]),
      zones: z.int().positive(),
      replicas: z.int().positive(),
    }),
  ),
  verdicts: z.array(
    z.strictObject({ loss: z.string(), declared: z.boolean(), survives: z.boolean(), arithmetic: z.string() }),
  ),
  timeoutMilliseconds: milliseconds,
  leastTimeoutMilliseconds: milliseconds,
  timeoutArithmetic: z.string(),
  worstRoundTripMilliseconds: z.number().min(0),
});

const syncOutput = z.strictObject({
  intervalMilliseconds: milliseconds,
  stalenessTargetMilliseconds: milliseconds,
  worstRoundTripMilliseconds: z.number().min(0),
  worstStalenessMilliseconds: milliseconds,
  holds: z.boolean(),
  arithmetic: z.string(),
});

const serviceOutput = z.strictObject({
  /** The region's own public name. */
  host: z.hostname(),
  /** Where other regions reach it: private addresses, by way of the mesh alone. Its certificate is for `host`. */
  wanEntry: z.strictObject({ addresses: z.array(address).min(1), port: z.int() }),
  /** What is released step by step: Rollout, weighted TraefikService and release ceiling have this name or begin with it. */
  released: z.array(z.strictObject({ name: z.string(), namespace: z.string() })),
});

/**
 * What a stack publishes, by name of the stack output. Operators' tools read outputs through this schema, so a change here
 * is a change for them. `kubeconfigs` is secret.
 */
export const stackOutputSchema = z.strictObject({
  regionTable: z.record(z.string(), regionOutput),
  /** Every pair of regions with its tunnels and their outside addresses. */
  meshTable: z.array(linkOutput),
  /** Which losses each protocol survives, with the arithmetic. */
  quorum: z.strictObject({ protocols: z.array(protocolOutput), sync: syncOutput }),
  globalName: z.string(),
  nameServers: z.array(z.string()),
  serviceTable: z.record(z.string(), serviceOutput),
  kubeconfigs: z.record(z.string(), z.string()),
});

export type StackOutputs = z.output<typeof stackOutputSchema>;
