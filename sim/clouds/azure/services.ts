import type { Service } from "../../service.ts";
import type { World } from "../../world.ts";
import { agentPool, maintenanceConfiguration } from "./agentPools.ts";
import { blobContainer, blobServiceProperties } from "./blobs.ts";
import { diskEncryptionSet } from "./diskEncryption.ts";
import { same } from "./ids.ts";
import { vault } from "./keyVaults.ts";
import { managedCluster } from "./kubernetesClusters.ts";
import { managementLock } from "./locks.ts";
import { diagnosticSetting, operationalInsightsWorkspace } from "./logs.ts";
import { federatedIdentityCredential, userAssignedIdentity } from "./managedIdentities.ts";
import { natGateway } from "./natGateways.ts";
import { flowLog, networkWatcher } from "./networkWatchers.ts";
import { virtualNetworkPeering } from "./peerings.ts";
import { privateZone, virtualNetworkLink } from "./privateDns.ts";
import { privateDnsZoneGroup, privateEndpoint } from "./privateEndpoints.ts";
import { publicIpAddress } from "./publicAddresses.ts";
import { resourceGroup } from "./resourceGroups.ts";
import { roleAssignment } from "./roleAssignments.ts";
import { networkSecurityGroup, securityRule } from "./securityGroups.ts";
import { storageAccount } from "./storageAccounts.ts";
import { subnet, subnetsOf } from "./subnets.ts";
import { vaultKey, vaultSecret } from "./vaultObjects.ts";
import { virtualNetwork } from "./virtualNetworks.ts";
import { localNetworkGateway, virtualNetworkGatewayConnection } from "./vpnConnections.ts";
import { virtualNetworkGateway } from "./vpnGateways.ts";

/** Every type of the simulated Azure. A function, since services refer to each other and must all be there first. */
export const services = (): readonly Service[] => [
  agentPool,
  blobContainer,
  blobServiceProperties,
  diagnosticSetting,
  diskEncryptionSet,
  federatedIdentityCredential,
  flowLog,
  localNetworkGateway,
  managedCluster,
  managementLock,
  maintenanceConfiguration,
  natGateway,
  networkSecurityGroup,
  networkWatcher,
  operationalInsightsWorkspace,
  privateDnsZoneGroup,
  privateEndpoint,
  privateZone,
  publicIpAddress,
  resourceGroup,
  roleAssignment,
  securityRule,
  storageAccount,
  subnet,
  userAssignedIdentity,
  vault,
  vaultKey,
  vaultSecret,
  virtualNetwork,
  virtualNetworkGateway,
  virtualNetworkGatewayConnection,
  virtualNetworkLink,
  virtualNetworkPeering,
];

/** Whether anything has an id. */
export const exists = (world: World, id: string): boolean =>
  services().some((service) => world.all(service).some((resource) => same(resource.id, id))) ||
  world.all(virtualNetwork).some((network) => subnetsOf(world, network).some((part) => same(part.id, id)));
