import type { Answer } from "../../../sim/server/simulator.ts";
import { Account } from "./account.ts";

export const ACCOUNT_ID = "123456789012";

/** Type tokens, as short as the tests read best. */
export const T = {
  vpc: "aws:ec2/vpc:Vpc",
  subnet: "aws:ec2/subnet:Subnet",
  internetGateway: "aws:ec2/internetGateway:InternetGateway",
  eip: "aws:ec2/eip:Eip",
  nat: "aws:ec2/natGateway:NatGateway",
  routeTable: "aws:ec2/routeTable:RouteTable",
  association: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  route: "aws:ec2/route:Route",
  group: "aws:ec2/securityGroup:SecurityGroup",
  defaultGroup: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  egress: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  endpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
  flowLog: "aws:ec2/flowLog:FlowLog",
  template: "aws:ec2/launchTemplate:LaunchTemplate",
  transit: "aws:ec2transitgateway/transitGateway:TransitGateway",
  attachment: "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
  transitRoute: "aws:ec2transitgateway/route:Route",
  peering: "aws:ec2transitgateway/peeringAttachment:PeeringAttachment",
  accepter: "aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter",
  customer: "aws:ec2/customerGateway:CustomerGateway",
  vpn: "aws:ec2/vpnConnection:VpnConnection",
  cluster: "aws:eks/cluster:Cluster",
  nodes: "aws:eks/nodeGroup:NodeGroup",
  addon: "aws:eks/addon:Addon",
  entry: "aws:eks/accessEntry:AccessEntry",
  policy: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
  podIdentity: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
  role: "aws:iam/role:Role",
  oidcProvider: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  roleAttachment: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  key: "aws:kms/key:Key",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
  secret: "aws:secretsmanager/secret:Secret",
  bucket: "aws:s3/bucket:Bucket",
  versioning: "aws:s3/bucketVersioning:BucketVersioning",
  encryption: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  accessBlock: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  ownership: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  bucketPolicy: "aws:s3/bucketPolicy:BucketPolicy",
  zone: "aws:route53/zone:Zone",
  record: "aws:route53/record:Record",
  healthCheck: "aws:route53/healthCheck:HealthCheck",
} as const;

export const policyOf = (...statements: object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

export const trusting = (service: string, ...actions: string[]): string =>
  policyOf({ Effect: "Allow", Principal: { Service: service }, Action: ["sts:AssumeRole", ...actions] });

/** One good example of every type, standing on each other as a region's resources do. */
export async function baseline() {
  const account = new Account();
  const vpc = await account.make(T.vpc, { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true });
  const subnet = (zone: string, cidrBlock: string, more = {}) =>
    account.make(T.subnet, { vpcId: vpc.id, availabilityZone: zone, cidrBlock, ...more });
  const [subnetA, subnetB] = [await subnet("us-east-1a", "10.0.0.0/20"), await subnet("us-east-1b", "10.0.16.0/20")];
  const bare = await subnet("us-east-1c", "10.0.32.0/20");
  const internet = await account.make(T.internetGateway, { vpcId: vpc.id });
  const address = await account.make(T.eip, { domain: "vpc" });
  const nat = await account.make(T.nat, { allocationId: address.id, subnetId: subnetA.id });
  const table = await account.make(T.routeTable, { vpcId: vpc.id });
  const association = await account.make(T.association, { routeTableId: table.id, subnetId: subnetA.id });
  await account.make(T.association, { routeTableId: table.id, subnetId: subnetB.id });
  const route = await account.make(T.route, {
    routeTableId: table.id,
    destinationCidrBlock: "0.0.0.0/0",
    natGatewayId: nat.id,
  });
  const group = await account.make(T.group, { vpcId: vpc.id, name: "apis" });
  await account.make(T.defaultGroup, { vpcId: vpc.id });
  const https = { securityGroupId: group.id, ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/16" };
  const ingress = await account.make(T.ingress, https);
  await account.make(T.egress, https);
  const endpoint = await account.make(T.endpoint, {
    vpcId: vpc.id,
    serviceName: "com.amazonaws.us-east-1.sts",
    vpcEndpointType: "Interface",
    subnetIds: [subnetA.id],
    securityGroupIds: [group.id],
    privateDnsEnabled: true,
  });

  const key = await account.make(T.key, {
    policy: policyOf(
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` }, Action: "kms:*", Resource: "*" },
      { Effect: "Allow", Principal: { Service: "logs.us-east-1.amazonaws.com" }, Action: "kms:*", Resource: "*" },
    ),
  });
  const logs = await account.make(T.logGroup, { name: "/flow", kmsKeyId: key.state.arn, retentionInDays: 90 });
  const flowRole = await account.make(T.role, {
    name: "flow",
    assumeRolePolicy: trusting("vpc-flow-logs.amazonaws.com"),
  });
  const flowLog = await account.make(T.flowLog, {
    vpcId: vpc.id,
    trafficType: "ALL",
    logDestination: logs.state.arn,
    iamRoleArn: flowRole.state.arn,
  });

  const transit = await account.make(T.transit, { amazonSideAsn: 64600 });
  const attachment = await account.make(T.attachment, {
    transitGatewayId: transit.id,
    vpcId: vpc.id,
    subnetIds: [subnetA.id, subnetB.id],
  });
  const customer = await account.make(T.customer, { type: "ipsec.1", bgpAsn: "64601", ipAddress: "20.1.1.1" });
  const vpn = await account.make(T.vpn, {
    type: "ipsec.1",
    customerGatewayId: customer.id,
    transitGatewayId: transit.id,
    tunnel1InsideCidr: "169.254.21.0/30",
    tunnel2InsideCidr: "169.254.21.4/30",
  });
  const farTransit = await account.make(T.transit, { region: "us-west-2", amazonSideAsn: 64601 });
  const peering = await account.make(T.peering, {
    transitGatewayId: transit.id,
    peerTransitGatewayId: farTransit.id,
    peerRegion: "us-west-2",
  });
  await account.make(T.accepter, { region: "us-west-2", transitGatewayAttachmentId: peering.id });
  const transitRoute = await account.make(T.transitRoute, {
    transitGatewayRouteTableId: transit.state.associationDefaultRouteTableId,
    transitGatewayAttachmentId: peering.id,
    destinationCidrBlock: "10.2.0.0/16",
  });

  const clusterRole = await account.make(T.role, {
    name: "control-plane",
    assumeRolePolicy: trusting("eks.amazonaws.com"),
  });
  const nodeRole = await account.make(T.role, { name: "nodes", assumeRolePolicy: trusting("ec2.amazonaws.com") });
  const podRole = await account.make(T.role, {
    name: "pods",
    assumeRolePolicy: trusting("pods.eks.amazonaws.com", "sts:TagSession"),
  });
  await account.make(T.oidcProvider, { url: "https://issuer.example/cluster", clientIdLists: ["sts.amazonaws.com"] });
  const operators = await account.make(T.role, {
    name: "operators",
    assumeRolePolicy: policyOf({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` },
      Action: "sts:AssumeRole",
    }),
  });
  const roleAttachment = await account.make(T.roleAttachment, {
    role: nodeRole.id,
    policyArn: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
  });
  await account.make(T.rolePolicy, {
    role: operators.id,
    policy: policyOf({ Effect: "Allow", Action: "eks:DescribeCluster", Resource: "*" }),
  });
  const clusterInputs = {
    roleArn: clusterRole.state.arn,
    version: "1.35",
    vpcConfig: { subnetIds: [subnetA.id, subnetB.id], endpointPrivateAccess: true, endpointPublicAccess: false },
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
    encryptionConfig: { provider: { keyArn: key.state.arn }, resources: ["secrets"] },
    bootstrapSelfManagedAddons: false,
  };
  const cluster = await account.make(T.cluster, { ...clusterInputs, name: "main" });
  const entry = await account.make(T.entry, { clusterName: "main", principalArn: operators.state.arn });
  await account.make(T.policy, {
    clusterName: "main",
    principalArn: operators.state.arn,
    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    accessScope: { type: "cluster" },
  });
  await account.make(T.addon, { clusterName: "main", addonName: "vpc-cni" });
  const template = await account.make(T.template, { name: "nodes" });
  const nodeInputs = {
    clusterName: "main",
    nodeRoleArn: nodeRole.state.arn,
    subnetIds: [subnetA.id, subnetB.id],
    scalingConfig: { minSize: 2, desiredSize: 2, maxSize: 4 },
    instanceTypes: ["m7i.large"],
    launchTemplate: { id: template.id, version: "1" },
  };
  const nodes = await account.make(T.nodes, { ...nodeInputs, nodeGroupName: "system" });
  await account.make(T.podIdentity, {
    clusterName: "main",
    namespace: "external-secrets",
    serviceAccount: "external-secrets",
    roleArn: podRole.state.arn,
  });

  const bucket = await account.make(T.bucket, { bucket: "novacron-artifacts" });
  await account.make(T.accessBlock, { bucket: bucket.id, blockPublicPolicy: true });
  await account.make(T.ownership, { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } });
  const versioning = await account.make(T.versioning, {
    bucket: bucket.id,
    versioningConfiguration: { status: "Enabled" },
  });
  await account.make(T.encryption, {
    bucket: bucket.id,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.state.arn } }],
  });
  await account.make(T.bucketPolicy, {
    bucket: bucket.id,
    policy: policyOf({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: `arn:aws:s3:::${bucket.id}/*` }),
  });
  const secret = await account.make(T.secret, { name: "main/federation", kmsKeyId: key.state.arn });

  const zone = await account.make(T.zone, { name: "novacron.example" });
  const privateZone = await account.make(T.zone, { name: "internal.novacron.example", vpcs: [{ vpcId: vpc.id }] });
  const healthCheck = await account.make(T.healthCheck, {
    type: "HTTPS",
    fqdn: "www.novacron.example",
    requestInterval: 10,
  });
  const record = await account.make(T.record, {
    zoneId: zone.id,
    name: "www",
    type: "A",
    ttl: 60,
    records: ["198.51.100.1"],
  });

  return {
    ...{
      account,
      vpc,
      subnetA,
      subnetB,
      bare,
      internet,
      address,
      nat,
      table,
      association,
      route,
      group,
      https,
      ingress,
    },
    ...{
      endpoint,
      key,
      logs,
      flowRole,
      flowLog,
      transit,
      attachment,
      customer,
      vpn,
      farTransit,
      peering,
      transitRoute,
    },
    ...{
      clusterRole,
      nodeRole,
      podRole,
      operators,
      roleAttachment,
      clusterInputs,
      cluster,
      entry,
      template,
      nodeInputs,
      nodes,
    },
    ...{ bucket, versioning, secret, zone, privateZone, healthCheck, record },
  };
}

export type Baseline = Awaited<ReturnType<typeof baseline>>;

export const arnOf = (answer: Answer): string => String(answer.state.arn);
