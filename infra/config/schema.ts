import { z } from "zod";
import { featuresSchema, identitySchema, imagesSchema, pbaSchema, releaseSchema } from "./releaseSchema.ts";
import { choice, keyed, list, text, whole, words } from "./wording.ts";

const cidr = text(
  /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/,
  "an IPv4 range: the first address and the prefix length, such as 10.2.0.0/15",
  "write the range in this form",
);

/** How many replicas of a protocol each region holds. */
const replicas = z
  .record(
    z.string(),
    whole(1, 15, "give the number of replicas in this region, or leave the region out if it holds none"),
    words(
      "an object of region names with their number of replicas",
      'write one line for each region, such as "aws-use1: 1"',
    ),
  )
  .describe("Replicas by region; a region that holds none is left out");

const surviving = choice(
  ["replica", "zone", "region", "cloud", "byzantine"],
  "name a kind of loss; the plan proves that the replicas left over are enough",
);

const survive = (what: string) =>
  z
    .array(
      surviving,
      words("a list of losses: replica | zone | region | cloud | byzantine", "write it as a list, such as [region]"),
    )
    .describe(what);

const poolSchema = keyed({
  machineType: text(
    /^[A-Za-z][A-Za-z0-9._-]+$/,
    "the cloud's own name of a machine type",
    "write a name such as m7i.large, Standard_D2s_v5 or n2-standard-2, or leave it out",
  )
    .optional()
    .describe("Machine type in the cloud's own words. Default: by pool and cloud"),
  minSize: whole(0, 1000, "give the least number of nodes over all zones together")
    .optional()
    .describe("Least nodes over all zones together. Default: staging one a zone, production two"),
  maxSize: whole(1, 1000, "give the largest number of nodes over all zones together")
    .optional()
    .describe("Most nodes over all zones together. Default: by pool and tier"),
  diskGiB: whole(32, 4096, "give the size of each node's disk in GiB")
    .optional()
    .describe("Disk of each node in GiB. Default: system 64, workload and inference 128"),
});

const accessSchema = keyed({
  operatorCidrs: list(
    cidr,
    1,
    "a list of at least one public IPv4 range",
    "list the public addresses that operators come from, such as [203.0.113.0/28]",
  )
    .optional()
    .describe("Public ranges that may reach the cluster's API"),
  via: choice(["bastion", "vpn", "runner"], "say how operators get in where the API has no public endpoint")
    .optional()
    .describe("The way in where the API has no public endpoint"),
}).meta({ minProperties: 1, maxProperties: 1 });

/** One region of a stack. */
export const regionSchema = keyed({
  name: text(
    /^(aws|azr|gcp)-[a-z0-9]{1,8}$/,
    "aws-, azr- or gcp- and then 1–8 lower-case letters or digits",
    "choose a short name that stays for the region's life, such as aws-use1: every resource is named after it",
  ).describe("Short and stable: the prefix of every resource name in the region"),
  number: whole(
    0,
    31,
    "give the region a number that no other region has or had: its ranges, ASN and tunnel addresses follow from it",
  ).describe("The region's number for life; ranges, ASN and tunnel addresses follow from it"),
  cloud: choice(["aws", "azure", "gcp"], "name the cloud that the region stands in"),
  location: text(
    /^[a-z][a-z0-9-]+$/,
    "the cloud's own name of a place, such as us-east-1, westeurope or asia-south1",
    "write the name as the cloud's own tools print it",
  ).describe("The cloud's own name of the place"),
  zones: list(
    text(/^[a-z0-9-]+$/, "the zone's own name as text", 'put it in quotes, such as "1" or "us-east-1a"'),
    2,
    "a list of at least two zones",
    "name two or more zones: with one, its loss is the region's loss",
  ).describe("The cloud's own zone names, at least two"),
  cidr: cidr
    .optional()
    .describe("The region's range, a /15. Default: the part of addressSpace that belongs to its number"),
  asn: whole(64_512, 65_534, "choose a private 16-bit ASN, or leave it out: then it is 64600 + number")
    .optional()
    .describe("BGP ASN of the region's gateway. Default: 64600 + number"),
  access: accessSchema.describe("Who reaches the cluster's API. No default: rollback and CI depend on it"),
  // Each further gateway costs about 30 dollars a month on AWS; with one for all, the loss of its zone takes the egress of the others.
  nat: choice(["none", "single", "per-zone"], "choose how private subnets reach the internet")
    .default("per-zone")
    .describe("Where private subnets reach the internet; single costs one gateway and loses egress with its zone"),
  // Chaos Mesh's network faults have no effect under Cilium, and a fault that silently does nothing passes every test.
  dataPlane: choice(["standard", "cilium"], "choose the pod network")
    .default("standard")
    .describe("Pod networking; under cilium (AKS, GKE) Chaos Mesh's network faults have no effect"),
  nodePools: keyed({
    system: poolSchema.optional(),
    workload: poolSchema.optional(),
    inference: poolSchema.optional(),
  })
    .default({})
    .describe("What differs from the default node pools"),
});

const cloudsSchema = keyed({
  aws: keyed({
    accountId: text(
      /^\d{12}$/,
      "12 digits as text",
      'put the account id in quotes, such as "000000000000": YAML reads digits as a number and drops leading zeros',
    ),
  }).optional(),
  azure: keyed({
    subscriptionId: guid("az account show --query id"),
    tenantId: guid("az account show --query tenantId"),
  }).optional(),
  gcp: keyed({
    project: text(
      /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      "a project id: 6–30 lower-case letters, digits and hyphens, beginning with a letter",
      "write the project's id (gcloud projects list), neither its name nor its number",
    ),
  }).optional(),
}).default({});

function guid(command: string) {
  return text(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    "a GUID in lower case, such as 00000000-0000-0000-0000-000000000000",
    `write what \`${command}\` prints`,
  );
}

const label = (what: string) =>
  text(/^[a-z0-9_-]{1,63}$/, "1–63 lower-case letters, digits, _ and - (a label on Google Cloud takes no more)", what);

const roundTripSchema = keyed({
  between: z
    .tuple(
      [z.string(), z.string()],
      words("two region names", "write the two regions as a list, such as [aws-use1, azr-weu]"),
    )
    .describe("The two regions"),
  milliseconds: z
    .number(words("a number of milliseconds above 0 and up to 2,000", "give the measured round trip in milliseconds"))
    .gt(0, words("a number of milliseconds above 0 and up to 2,000", "give the measured round trip in milliseconds"))
    .max(
      2000,
      words(
        "a number of milliseconds above 0 and up to 2,000",
        "give the round trip in milliseconds, not microseconds",
      ),
    ),
});

const quorumSchema = keyed({
  raft: keyed({
    replicas,
    // What a multi-region store is for.
    survive: survive("Losses that Raft must survive").default(["region"]),
    electionTimeoutMilliseconds: whole(
      10,
      10_000,
      "give 5 × the worst round trip or more (DWCP takes up to 10 s), or leave it out",
    )
      .optional()
      .describe("Default: 5 × the worst round trip between replicas"),
  }),
  pbft: keyed({
    replicas,
    // With n = 3f+1 this always holds; a whole region cannot be promised before four hold replicas.
    survive: survive("Losses that PBFT must survive").default(["byzantine"]),
    // DWCP's own default.
    timeoutMilliseconds: whole(10, 60_000, "give 5 × the worst round trip or more, or leave it out")
      .default(5_000)
      .describe("How long a replica waits before it asks for another leader"),
  }),
  sync: keyed({
    // DWCP's default across regions is 30 s, six times the staleness it promises.
    intervalMilliseconds: whole(100, 60_000, "DWCP takes 100 ms to one minute").default(1_000),
    // The promise of DWCP v3: state is less than five seconds old everywhere.
    stalenessTargetMilliseconds: whole(100, 300_000, "DWCP takes up to five minutes").default(5_000),
  }).prefault({}),
});

/** The config of a stack: the keys below `novacron:`. Defaults are here and nowhere else; each has its reason beside it. */
export const stackSchema = keyed({
  tier: choice(
    ["staging", "production"],
    "say what the stack is for: deletion protection, sizes and the rules on losses follow from it",
  ),
  owner: label("name the team that answers for the stack, such as platform-team"),
  costCenter: label("name the cost centre that pays for it, such as cc-1042"),
  // EKS takes service ranges from 10/8, 172.16/12 and 192.168/16 only; the second holds ranges that Docker and AKS keep for themselves, the third is too small for a /15.
  addressSpace: cidr.default("10.0.0.0/8").describe("Where the regions' ranges come from: 10.0.0.0/8 or a part of it"),
  clouds: cloudsSchema.describe("The accounts of the clouds that the stack's regions stand in"),
  dns: keyed({
    zone: text(
      /^(?=.{1,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
      "a domain name of two or more labels in lower case, without a dot at the end",
      "write the public zone that Route 53 holds for this stack, such as staging.novacron.example",
    ).describe("The public zone of the stack; regions are published below it"),
  }),
  // No default: stacks are upgraded one after another, staging first.
  kubernetesVersion: text(
    /^1\.[3-9]\d$/,
    "1.30 or newer as text, without a patch number",
    'put it in quotes, such as "1.35": YAML reads 1.30 as 1.3, and each cloud chooses the patch itself',
  ).describe("Minor version of every cluster"),
  // The shortest that an audit of production accepts. Values are those that CloudWatch Logs knows, up to the year that Azure's flow logs are kept at most.
  logDays: z
    .literal(
      [30, 60, 90, 120, 150, 180, 365],
      words(
        "30 | 60 | 90 | 120 | 150 | 180 | 365, without quotes",
        "choose a retention that all three clouds' log stores know",
      ),
    )
    .default(90)
    .describe("Days that flow and audit logs are kept"),
  protect: z
    .boolean(
      words("true or false, without quotes", "leave it out; in production set it to false only to take the stack down"),
    )
    .optional()
    .describe("Deletion protection. Default: on in production, off in staging"),
  policies: keyed({
    advisory: list(
      text(/^[A-Z0-9]{3}-\d{3}$/, "a rule's id, such as TAG-001", "see `novactl policies` for the rules"),
      0,
      "a list of rules' ids",
      "list the rules that may warn only, such as [TAG-001]",
    )
      .default([])
      .describe("Rules of the policy pack that warn in this stack instead of refusing; none in production"),
  }).prefault({}),
  mesh: keyed({
    // Seven peers with four tunnels each are 28, and an Azure gateway ends 30.
    capacity: whole(2, 32, "give the largest number of regions that the mesh is to hold")
      .default(8)
      .describe("Region numbers below this have their tunnel addresses reserved on every Azure gateway"),
    keyEpoch: whole(1, 1_000_000, "raise it by one to give every tunnel a new key")
      .default(1)
      .describe("Raised by one, every tunnel gets a new pre-shared key"),
  }).prefault({}),
  regions: list(regionSchema, 1, "a list of regions", "list the stack's regions").describe("The regions of the stack"),
  roundTrips: list(
    roundTripSchema,
    0,
    "a list of {between: [region, region], milliseconds}",
    "list every pair of regions once",
  )
    .default([])
    .describe("Round trip between every pair of regions, as measured or promised"),
  quorum: quorumSchema.describe("Where replicas stand and which losses each protocol must survive"),
  images: imagesSchema.describe("The images that run in the clusters, by digest"),
  release: releaseSchema.describe("How far DWCP v3's image may go, and where"),
  features: featuresSchema.prefault({}).describe("Switches"),
  identity: identitySchema.describe("The identity provider whose tokens external requests must carry"),
  pba: pbaSchema.describe("Bandwidth inference: its release and its model"),
});

type Parsed = z.output<typeof stackSchema>;

/** A stack's config as the program uses it: complete, with every default filled in. */
export type StackConfig = Omit<Parsed, "protect"> & { protect: boolean };
export type RegionConfig = z.output<typeof regionSchema>;
export type QuorumConfig = StackConfig["quorum"];
export type RoundTrip = StackConfig["roundTrips"][number];
export type ReleaseConfig = StackConfig["release"];
export type Tier = StackConfig["tier"];
export type Loss = z.output<typeof surviving>;
