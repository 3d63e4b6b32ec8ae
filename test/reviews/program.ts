import type { Change } from "./change.ts";

/** Changes of the program itself, and of what nobody has written down. */
export const program: readonly Change[] = [
  {
    title: "rename a component with an alias",
    code: [
      {
        file: "infra/aws/region.ts",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a text of the program
        from: "new Storage(`${name}-artifacts`, { plan, keyArn: keys.data }, child)",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a text of the program
        to: "new Storage(`${name}-store`, { plan, keyArn: keys.data }, { ...child, aliases: [{ name: `${name}-artifacts` }] })",
      },
    ],
    sentence: "aws-use1: 1 update of a bucket, 5 renames; 1 data-bearing resource updated",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "rename a component without an alias",
    code: [
      {
        file: "infra/aws/region.ts",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a text of the program
        from: "new Storage(`${name}-artifacts`, { plan, keyArn: keys.data }, child)",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a text of the program
        to: "new Storage(`${name}-store`, { plan, keyArn: keys.data }, child)",
      },
    ],
    sentence:
      "aws-use1: 6 new resources, 6 deletions (with 1 bucket); 5 protections lowered; 1 data-bearing resource replaced or deleted",
    dangers: ["delete-data", "delete-identity", "lower-protection", "delete-other"],
    exitCode: 3,
  },
  {
    title: "another version of the AWS provider",
    code: [
      {
        file: "infra/providers.ts",
        from: "allowedAccountIds: [aws.account.accountId] })",
        to: 'allowedAccountIds: [aws.account.accountId] }, { version: "7.49.0" })',
      },
    ],
    sentence: "1 update of a provider; no data-bearing resource touched",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "open a security group to the internet",
    code: [{ file: "infra/aws/endpoints.ts", from: "cidrIpv4: plan.addresses.network", to: 'cidrIpv4: "0.0.0.0/0"' }],
    sentence:
      "aws-use1: 1 update of a firewall rule; access widened in 1 place; no data-bearing resource touched; 1 policy violation",
    dangers: ["widen-access"],
    exitCode: 1,
  },
  {
    title: "keys are no longer rotated",
    code: [{ file: "infra/aws/keys.ts", from: "enableKeyRotation: true", to: "enableKeyRotation: false" }],
    sentence:
      "aws-use1: 3 updates of keys; 3 protections lowered; no data-bearing resource touched; 3 policy violations",
    dangers: ["lower-protection"],
    exitCode: 1,
  },
  {
    title: "a policy's actions in another order",
    code: [
      {
        file: "infra/aws/keys.ts",
        from: '  "kms:CancelKeyDeletion",\n  "kms:DescribeKey",\n',
        to: '  "kms:DescribeKey",\n  "kms:CancelKeyDeletion",\n',
      },
    ],
    sentence: "aws-use1: 3 updates of keys; no data-bearing resource touched",
    reordersOnly: true,
    dangers: [],
    exitCode: 2,
  },
  {
    title: "another owner",
    config: (config) => {
      config.owner = "network-team";
    },
    sentence: "3 regions: 163 updates; 12 data-bearing resources updated",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "nothing, while somebody has changed a tag outside",
    outside: { name: "aws-use1-network", property: "tags.owner", value: "somebody-else" },
    sentence: "aws-use1: 1 update of a network; no data-bearing resource touched; 1 resource changed outside",
    dangers: [],
    exitCode: 2,
  },
];
