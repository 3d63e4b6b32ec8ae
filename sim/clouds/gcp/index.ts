import type { SimulatedCloud } from "../../cloud.ts";
import { type Properties, refuse, refuseWhileUsed, type Service } from "../../service.ts";
import { address } from "./addresses.ts";
import { bucket } from "./buckets.ts";
import { cluster } from "./clusters.ts";
import { oneOf, PROVIDER, wording } from "./errors.ts";
import { firewall } from "./firewalls.ts";
import { accountMember, bucketMember, cryptoKeyMember, projectMember, secretMember } from "./iamMembers.ts";
import { cryptoKey, keyRing } from "./kms.ts";
import { logBucket, logSink } from "./logs.ts";
import { routerNat } from "./nats.ts";
import { network } from "./networks.ts";
import { nodePool } from "./nodePools.ts";
import { bucketObject } from "./objects.ts";
import { networkPeering } from "./peerings.ts";
import { regionOfLocation } from "./places.ts";
import { serviceIdentity } from "./projects.ts";
import { routerInterface } from "./routerInterfaces.ts";
import { routerPeer } from "./routerPeers.ts";
import { router } from "./routers.ts";
import { route } from "./routes.ts";
import { secret } from "./secrets.ts";
import { customRole, serviceAccount } from "./serviceAccounts.ts";
import { subnetwork } from "./subnetworks.ts";
import { externalVpnGateway, haVpnGateway } from "./vpnGateways.ts";
import { vpnTunnel } from "./vpnTunnels.ts";
import { managedZone } from "./zones.ts";

const services: readonly Service[] = [
  network,
  subnetwork,
  route,
  firewall,
  address,
  router,
  routerNat,
  routerInterface,
  routerPeer,
  haVpnGateway,
  externalVpnGateway,
  vpnTunnel,
  networkPeering,
  cluster,
  nodePool,
  keyRing,
  cryptoKey,
  cryptoKeyMember,
  serviceAccount,
  customRole,
  accountMember,
  projectMember,
  serviceIdentity,
  bucket,
  bucketObject,
  bucketMember,
  secret,
  secretMember,
  managedZone,
  logBucket,
  logSink,
];

const DELETION_POLICIES = ["DELETE", "ABANDON", "PREVENT"];

/** Adds what every resource with a deletion policy has in common: the three policies, and that PREVENT prevents. */
function withDeletionPolicy(service: Service): Service {
  const { check, remove } = service.behaviour;
  return {
    ...service,
    behaviour: {
      ...service.behaviour,
      check: (input) => [
        ...oneOf("deletionPolicy", input.deletionPolicy as string | undefined, DELETION_POLICIES),
        ...(check?.(input) ?? []),
      ],
      remove: (current, world) => {
        if (current.state.deletionPolicy === "PREVENT") {
          refuse(
            PROVIDER,
            `cannot destroy '${current.id}' without setting deletion_policy="DELETE" and running \`pulumi up\``,
          );
        }
        return (remove ?? refuseWhileUsed)(current, world);
      },
    },
  };
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Google Cloud, as far as our regions use it. */
export const gcp: SimulatedCloud = {
  package: "gcp",
  services: services.map(withDeletionPolicy),
  functions: [],
  checkConfig: ({ project }) =>
    text(project) === undefined || /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/.test(String(project))
      ? []
      : [
          [
            "project",
            `"${project}" is not a project id: 6 to 30 lower-case letters, digits and dashes, beginning with a letter`,
          ],
        ],
  place: (input, config) => ({
    account: projectOf(input, config),
    region: regionIn(input) ?? "global",
  }),
  regionalIds: false,
  wording,
  automaticName: (logicalName, hex, maxLength) => `${logicalName.slice(0, maxLength - 8)}-${hex(7)}`,
};

function projectOf(input: Properties, config: Properties): string {
  const project = text(input.project) ?? text(config.project);
  // A key ring's or network's path names the project that its members are in.
  const inherited = [input.keyRing, input.cryptoKeyId, input.serviceAccountId].map(
    (path) => /^projects\/([^/]+)\//.exec(String(path))?.[1],
  );
  return (
    project?.replace(/^projects\//, "") ??
    inherited.find((found) => found !== undefined) ??
    refuse(PROVIDER, "project: required field is not set")
  );
}

function regionIn(input: Properties): string | undefined {
  const location = text(input.location) ?? text(input.zone);
  return text(input.region) ?? (location === undefined ? undefined : regionOfLocation(location.toLowerCase()));
}
