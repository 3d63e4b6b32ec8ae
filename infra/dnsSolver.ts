import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  interpolate,
  jsonStringify,
  type Output,
} from "@pulumi/pulumi";

/** What AWS calls itself in tokens that are meant for it. */
const AUDIENCE = "sts.amazonaws.com";

/** Kubernetes service account that may take on the role: cert-manager asks for its tokens. */
const SUBJECT = "system:serviceaccount:cert-manager:dns-solver";

export interface DnsSolverArgs {
  /** Issuer of the cluster's service account tokens, in whichever cloud it stands. */
  oidcIssuer: Input<string>;
  /** The public zone. */
  zoneId: Input<string>;
  tags: Record<string, string>;
}

/**
 * Lets one cluster prove to a certificate authority that the environment's names are its own: a role that may write
 * `_acme-challenge` text records into the public zone and nothing else. The zone is in Route 53 for all clouds, so the role
 * trusts the tokens of the cluster itself; no key of AWS ever gets there.
 */
export class DnsSolver extends ComponentResource {
  /** ARN of the role. */
  readonly role: Output<string>;

  constructor(name: string, args: DnsSolverArgs, options?: ComponentResourceOptions) {
    super("novacron:infra:DnsSolver", name, {}, options);
    const { tags } = args;
    const own = { parent: this };
    const cluster = new OpenIdConnectProvider(
      `${name}-cluster`,
      { url: args.oidcIssuer, clientIdLists: [AUDIENCE], tags },
      own,
    );
    const role = new Role(
      `${name}-role`,
      {
        description: "Proofs of ownership for certificates, in the public zone",
        assumeRolePolicy: jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Federated: cluster.arn },
              Action: "sts:AssumeRoleWithWebIdentity",
              Condition: { StringEquals: conditions(args.oidcIssuer) },
            },
          ],
        }),
        tags,
      },
      own,
    );
    const records = new RolePolicy(
      `${name}-records`,
      {
        role: role.id,
        policy: jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: "route53:ChangeResourceRecordSets",
              Resource: interpolate`arn:aws:route53:::hostedzone/${args.zoneId}`,
              Condition: {
                "ForAllValues:StringLike": {
                  "route53:ChangeResourceRecordSetsNormalizedRecordNames": "_acme-challenge.*",
                },
                "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": "TXT" },
              },
            },
            {
              Effect: "Allow",
              Action: "route53:ListResourceRecordSets",
              Resource: interpolate`arn:aws:route53:::hostedzone/${args.zoneId}`,
            },
            { Effect: "Allow", Action: "route53:GetChange", Resource: "arn:aws:route53:::change/*" },
          ],
        }),
      },
      own,
    );
    // Without its rights the role would be tried, and fail, until cert-manager's next attempt an hour later.
    this.role = all([role.arn, records.id]).apply(([arn]) => arn);
    this.registerOutputs({ role: this.role });
  }
}

/** Tokens of the one service account, meant for AWS. Keys begin with the issuer as IAM knows it, without its scheme. */
const conditions = (issuer: Input<string>): Output<Record<string, string>> =>
  interpolate`${issuer}`.apply((url) => {
    const provider = url.replace(/^https:\/\//, "");
    return { [`${provider}:aud`]: AUDIENCE, [`${provider}:sub`]: SUBJECT };
  });
