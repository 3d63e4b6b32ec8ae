import type { AccessEntry, AccessEntryArgs } from "@pulumi/aws/eks/accessEntry.js";
import type { AccessPolicyAssociation, AccessPolicyAssociationArgs } from "@pulumi/aws/eks/accessPolicyAssociation.js";
import type { PodIdentityAssociation, PodIdentityAssociationArgs } from "@pulumi/aws/eks/podIdentityAssociation.js";
import { refuse, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { eks } from "./api.ts";
import { clusterOf } from "./eksCluster.ts";
import { demandPodRole } from "./eksRole.ts";
import { isPrincipal } from "./iam.ts";
import { malformed, policyProblem } from "./policyDocument.ts";
import { arn, awsService, oneOf } from "./resource.ts";

const invalid = (message: string) => refuse("InvalidParameterException", message);

const ENTRY_TYPES = ["STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX"];

export const accessEntry = awsService<AccessEntryArgs, AccessEntry>("aws:eks/accessEntry:AccessEntry", {
  api: eks("Access Entry", { update: "UpdateAccessEntry" }),
  replaceOn: ["clusterName", "principalArn", "type"],
  references: ({ accessEntryArn }) => [accessEntryArn],
  check: ({ type }) => oneOf("type", type, ENTRY_TYPES),
  create: (input, world) => {
    const cluster = clusterWithEntries(input.clusterName, world);
    if (
      !/^arn:aws:(iam|sts)::\d{12}:(role|user)\/.+/.test(input.principalArn) ||
      !isPrincipal(input.principalArn, world)
    )
      invalid("The specified principalArn is invalid: invalid principal.");
    if (
      world
        .all(accessEntry)
        .some(
          ({ state, region }) =>
            region === world.region && state.clusterName === cluster.id && state.principalArn === input.principalArn,
        )
    )
      refuse("ResourceInUseException", "The specified access entry resource is already in use on this cluster.");
    checkIdentity(input);
    const now = world.now();
    const [, , , , account, principal = ""] = input.principalArn.split(":");
    const name = principal.split("/").pop() ?? "";
    return {
      id: `${cluster.id}:${input.principalArn}`,
      accessEntryArn: arn(
        world,
        "eks",
        `access-entry/${cluster.id}/${principal.split("/")[0]}/${account}/${name}/${world.hex(8)}`,
      ),
      type: input.type ?? "STANDARD",
      kubernetesGroups: input.kubernetesGroups ?? [],
      userName:
        input.userName ??
        (principal.startsWith("role/")
          ? `arn:aws:sts::${account}:assumed-role/${name}/{{SessionName}}`
          : input.principalArn),
      createdAt: now,
      modifiedAt: now,
    };
  },
  update: (input, _, world) => {
    checkIdentity(input);
    return { modifiedAt: world.now() };
  },
  // Its policies go with it.
  remove: () => {},
});

function clusterWithEntries(name: string, world: World): Stored<unknown> {
  const cluster = clusterOf(name, world);
  if (cluster.state.accessConfig.authenticationMode === "CONFIG_MAP")
    refuse(
      "InvalidRequestException",
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
    );
  return cluster;
}

function checkIdentity({
  type = "STANDARD",
  kubernetesGroups = [],
  userName,
}: {
  type?: string | undefined;
  kubernetesGroups?: string[] | undefined;
  userName?: string | undefined;
}): void {
  const reserved = kubernetesGroups.find((group) => /^(system:|eks:|aws:|amazon:|iam:)/.test(group));
  if (reserved !== undefined)
    invalid(`The kubernetes group name ${reserved} is invalid, it cannot start with ${reserved.split(":")[0]}:`);
  if (type !== "STANDARD" && (kubernetesGroups.length > 0 || userName !== undefined))
    invalid(`The kubernetesGroups and username parameters cannot be specified for access entries of type ${type}.`);
  if (userName !== undefined && /^(system:|eks:|aws:|amazon:|iam:)/.test(userName))
    invalid(`The username ${userName} is invalid, it cannot start with ${userName.split(":")[0]}:`);
}

const ACCESS_POLICIES = [
  ...[
    "AmazonEKSAdminPolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
  ],
  ...[
    "AmazonEKSSecretReaderPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSComputePolicy",
  ],
  ...[
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
    "AmazonEKSHybridPolicy",
    "AmazonEKSClusterInsightsPolicy",
  ],
];

export const accessPolicyAssociation = awsService<AccessPolicyAssociationArgs, AccessPolicyAssociation>(
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
  {
    api: eks("Access Policy Association", {
      create: "AssociateAccessPolicy",
      update: "AssociateAccessPolicy",
      remove: "DisassociateAccessPolicy",
    }),
    tagged: false,
    replaceOn: ["clusterName", "principalArn", "policyArn", "accessScope"],
    check: ({ accessScope, policyArn }) => [
      ...oneOf("accessScope.type", accessScope?.type, ["cluster", "namespace"]),
      ...(policyArn === undefined || policyArn.startsWith("arn:")
        ? []
        : ([["policyArn", `"${policyArn}" is an invalid ARN: arn: invalid prefix (InvalidParameterException)`]] as [
            string,
            string,
          ][])),
    ],
    create: (input, world) => {
      const cluster = clusterWithEntries(input.clusterName, world);
      const entry = world
        .all(accessEntry)
        .find(
          ({ state, region }) =>
            region === world.region && state.clusterName === cluster.id && state.principalArn === input.principalArn,
        );
      if (entry === undefined)
        return refuse(
          "ResourceNotFoundException",
          "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.",
        );
      if (entry.state.type !== "STANDARD" && entry.state.type !== "EC2")
        invalid(
          `The access entry with principalArn ${input.principalArn} cannot be associated with access policies because its type is ${entry.state.type}.`,
        );
      const policy = /^arn:aws:eks::aws:cluster-access-policy\/(.+)$/.exec(input.policyArn)?.[1];
      if (policy === undefined || !ACCESS_POLICIES.includes(policy))
        invalid(
          "The policyArn parameter format is not valid, or the access policy does not exist. You can view available policies with 'list-access-policies'.",
        );
      const { type, namespaces = [] } = input.accessScope;
      if (type === "namespace" && namespaces.length === 0)
        invalid("The namespaces parameter is required when the access scope type is namespace.");
      if (type === "cluster" && namespaces.length > 0)
        invalid("The namespaces parameter cannot be specified when the access scope type is cluster.");
      const now = world.now();
      return { id: `${cluster.id}#${input.principalArn}#${input.policyArn}`, associatedAt: now, modifiedAt: now };
    },
    remove: () => {},
  },
);

export const podIdentityAssociation = awsService<PodIdentityAssociationArgs, PodIdentityAssociation>(
  "aws:eks/podIdentityAssociation:PodIdentityAssociation",
  {
    api: eks("Pod Identity Association", { update: "UpdatePodIdentityAssociation" }),
    replaceOn: ["clusterName", "namespace", "serviceAccount"],
    references: ({ associationArn }) => [associationArn],
    check: ({ policy }) => policyProblem(policy, "identity").map((reason) => ["policy", reason]),
    create: (input, world) => {
      const cluster = clusterOf(input.clusterName, world);
      for (const name of [input.namespace, input.serviceAccount]) {
        if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) invalid(`'${name}' is not a valid Kubernetes name`);
      }
      const twin = world
        .all(podIdentityAssociation)
        .find(
          ({ state, region }) =>
            region === world.region &&
            state.clusterName === cluster.id &&
            state.namespace === input.namespace &&
            state.serviceAccount === input.serviceAccount,
        );
      if (twin !== undefined) refuse("ResourceInUseException", `Association already exists: ${twin.id}`);
      checkRole(input, world);
      const id = `a-${world.hex(17)}`;
      return {
        id,
        associationId: id,
        associationArn: arn(world, "eks", `podidentityassociation/${cluster.id}/${id}`),
        disableSessionTags: input.disableSessionTags ?? false,
        externalId: "",
      };
    },
    update: (input, _, world) => {
      checkRole(input, world);
      return {};
    },
    remove: () => {},
  },
);

function checkRole(
  input: { roleArn: string; policy?: string | undefined; disableSessionTags?: boolean | undefined },
  world: World,
): void {
  demandPodRole(input.roleArn, world);
  if (input.policy === undefined) return;
  if (input.disableSessionTags !== true) invalid("disableSessionTags must be true when a policy is specified.");
  const problem = malformed(input.policy, "identity");
  if (problem !== undefined) invalid(`The policy is malformed: ${problem}`);
}
