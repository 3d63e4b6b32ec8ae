/**
 * Types that the program registers and no rule is about, with the reason: a type that is in neither has been forgotten. A
 * test holds the program to this.
 */
export const UNCOVERED: Readonly<Record<string, string>> = {
  "aws:ec2/route:Route":
    "says which way traffic goes, not who may send it: security groups do, which NET-001 and NET-002 read",
  "aws:ec2/routeTableAssociation:RouteTableAssociation": "ties a subnet to a route table and has no setting of its own",
  "aws:ec2transitgateway/route:Route":
    "says which way traffic between regions goes; MSH rules read the ranges and tunnels themselves",
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation":
    "gives one access entry one of AWS's own policies; who has an entry is decided by the entry, which rules read",
  "aws:route53/record:Record": "publishes an address; what answers there is judged at its listener",
  "azure-native:containerservice:MaintenanceConfiguration": "chooses an hour of the week for upgrades",
  "azure-native:network:PrivateDnsZoneGroup": "ties a private endpoint to its zone and has no setting of its own",
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
