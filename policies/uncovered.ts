/**
 * Types that the program registers and no rule is about, but for those on tags and on what may stand nowhere, with the reason: a
 * type that is in neither has been forgotten. A test holds the program to this.
 */
export const UNCOVERED: Readonly<Record<string, string>> = {
  "aws:ec2/eip:Eip": "reserves an address; what answers there is judged at its listener or gateway",
  "aws:ec2/internetGateway:InternetGateway":
    "is a way to the internet; who may come in by it security groups say, which NET-001 and NET-002 read",
  "aws:ec2/natGateway:NatGateway": "lets private machines out; it lets nobody in",
  "aws:ec2/route:Route":
    "says which way traffic goes, not who may send it: security groups do, which NET-001 and NET-002 read",
  "aws:ec2/routeTable:RouteTable": "holds routes and has no setting of its own",
  "aws:ec2/routeTableAssociation:RouteTableAssociation": "ties a subnet to a route table and has no setting of its own",
  "aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter":
    "says yes to a peering, which MSH-003 reads at the end that asks for it",
  "aws:ec2transitgateway/route:Route":
    "says which way traffic between regions goes; MSH rules read the ranges and tunnels themselves",
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment":
    "ties a VPC to its transit gateway; ranges and gateways are judged by MSH rules",
  "aws:eks/accessEntry:AccessEntry":
    "says who is known to a cluster; what they may do policies and role bindings say, which IAM-001 and IAM-002 read",
  "aws:route53/record:Record": "publishes an address; what answers there is judged at its listener",
  "azure-native:containerservice:MaintenanceConfiguration": "chooses an hour of the week for upgrades",
  "azure-native:managedidentity:UserAssignedIdentity":
    "is a name without rights; the grants to it, and who takes it on, are judged by IAM rules",
  "azure-native:network:NatGateway": "lets private machines out; it lets nobody in",
  "azure-native:network:PrivateDnsZoneGroup": "ties a private endpoint to its zone and has no setting of its own",
  "azure-native:network:PrivateEndpoint":
    "is a door to one service from inside; that the service has no other is asked of itself by NET-006 and STO-001",
  "azure-native:network:PublicIPAddress":
    "reserves an address; what answers there is judged at its listener or gateway",
  "azure-native:privatedns:PrivateZone": "holds names that are seen from inside alone",
  "azure-native:privatedns:VirtualNetworkLink": "shows a private zone to one network and lets nobody reach anything",
  "azure-native:resources:ResourceGroup":
    "holds resources; what nobody can make again has a lock of its own, which PRT-002 asks for",
  "gcp:compute/address:Address": "reserves an address; what answers there is judged at its listener or gateway",
  "gcp:compute/haVpnGateway:HaVpnGateway":
    "has two interfaces and no setting; the tunnels on them are judged by MSH rules",
  "gcp:compute/route:Route":
    "says which way traffic goes, not who may send it: firewalls do, which NET-001 and NET-002 read",
  "gcp:compute/routerNat:RouterNat": "lets private machines out; it lets nobody in",
  "gcp:kms/keyRing:KeyRing": "holds keys and has no setting of its own; the keys are judged",
  "gcp:projects/serviceIdentity:ServiceIdentity": "is an identity of Google's own, which only has to be there",
  "gcp:serviceaccount/account:Account": "is a name without rights; the grants to it are judged",
  "kubernetes:cert-manager.io/v1:ClusterIssuer": "names the authority; the certificates that it issues are judged",
  "kubernetes:discovery.k8s.io/v1:EndpointSlice":
    "names addresses of other regions' entries, which MSH and NET rules judge at their source",
  "pulumi:providers:aws": "holds an account and default tags; credentials come from the environment",
  "pulumi:providers:azure-native": "holds a subscription; credentials come from the environment",
  "pulumi:providers:gcp": "holds a project; credentials come from the environment",
};
