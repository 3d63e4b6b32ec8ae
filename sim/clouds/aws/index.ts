import type { SimulatedCloud } from "../../cloud.ts";
import type { Properties } from "../../service.ts";
import { logGroup } from "./cloudWatchLogs.ts";
import { flowLog } from "./ec2FlowLog.ts";
import { launchTemplate } from "./ec2LaunchTemplate.ts";
import { eip, natGateway } from "./ec2Nat.ts";
import { route, routeTable, routeTableAssociation } from "./ec2Routing.ts";
import { defaultSecurityGroup, securityGroup } from "./ec2SecurityGroup.ts";
import { egressRule, ingressRule } from "./ec2SecurityGroupRule.ts";
import {
  peeringAccepter,
  peeringAttachment,
  transitGateway,
  transitRoute,
  vpcAttachment,
} from "./ec2TransitGateway.ts";
import { internetGateway, subnet, vpc } from "./ec2Vpc.ts";
import { vpcEndpoint } from "./ec2VpcEndpoint.ts";
import { customerGateway, vpnConnection } from "./ec2Vpn.ts";
import { accessEntry, accessPolicyAssociation, podIdentityAssociation } from "./eksAccess.ts";
import { eksAddon } from "./eksAddon.ts";
import { eksCluster } from "./eksCluster.ts";
import { eksNodeGroup } from "./eksNodeGroup.ts";
import { role, rolePolicy, rolePolicyAttachment } from "./iam.ts";
import { openIdConnectProvider } from "./iamOidcProvider.ts";
import { kmsKey } from "./kms.ts";
import { regionNames } from "./regions.ts";
import { healthCheck, zone } from "./route53.ts";
import { record } from "./route53Record.ts";
import {
  bucket,
  bucketEncryption,
  bucketOwnershipControls,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketVersioning,
} from "./s3.ts";
import { secret } from "./secretsManager.ts";

const services = [
  ...[vpc, subnet, internetGateway, eip, natGateway, routeTable, routeTableAssociation, route],
  ...[securityGroup, defaultSecurityGroup, ingressRule, egressRule, vpcEndpoint, flowLog, launchTemplate],
  ...[transitGateway, vpcAttachment, transitRoute, peeringAttachment, peeringAccepter, customerGateway, vpnConnection],
  ...[eksCluster, eksNodeGroup, eksAddon, accessEntry, accessPolicyAssociation, podIdentityAssociation],
  ...[role, rolePolicy, rolePolicyAttachment, openIdConnectProvider, kmsKey, logGroup, secret],
  ...[bucket, bucketVersioning, bucketEncryption, bucketPublicAccessBlock, bucketOwnershipControls, bucketPolicy],
  ...[zone, record, healthCheck],
];

const apis = new Map(services.map(({ type, api }) => [type, api]));

/** The account when the provider's configuration names none. */
const DEFAULT_ACCOUNT = "000000000000";

/** Simulated AWS: one account, every region. */
export const aws: SimulatedCloud = {
  package: "aws",
  services,
  functions: [],
  regionalIds: true,
  checkConfig: (config) => {
    const problems: [string, string][] = [];
    const { region } = config;
    if (typeof region === "string" && !regionNames.includes(region))
      problems.push(["region", `invalid AWS Region: ${region}`]);
    for (const account of accounts(config)) {
      if (!/^\d{12}$/.test(account))
        problems.push(["allowedAccountIds", `"${account}" doesn't look like an AWS Account ID (exactly 12 digits)`]);
    }
    return problems;
  },
  place: (input, config) => ({
    account: accounts(config)[0] ?? DEFAULT_ACCOUNT,
    region: String(input.region ?? config.region ?? "us-east-1"),
  }),
  wording: ({ type, operation, name }, code, message) => {
    const api = apis.get(type);
    if (api === undefined) return `${type} ${name}: ${code}: ${message}`;
    const [verb, call] = {
      create: ["creating", api.create],
      update: ["updating", api.update],
      delete: ["deleting", api.remove],
      read: ["reading", `Describe${api.noun.replaceAll(" ", "")}`],
    }[operation] as [string, string];
    return `${verb} ${api.service} ${api.noun} (${name}): operation error ${api.service}: ${call}, api error ${code}: ${message}`;
  },
  automaticName: (logicalName, hex, maxLength) => {
    const suffix = `-${hex(7)}`;
    return `${logicalName.slice(0, maxLength - suffix.length)}${suffix}`;
  },
};

/** The engine hands lists in a provider's configuration over as JSON text. */
function accounts(config: Properties): string[] {
  const given = config.allowedAccountIds;
  const list: unknown = typeof given === "string" && given.startsWith("[") ? JSON.parse(given) : given;
  return Array.isArray(list) ? list.map(String) : typeof list === "string" ? [list] : [];
}
