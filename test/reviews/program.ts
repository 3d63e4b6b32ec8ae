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
    sentence: "",
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
    sentence: "",
    dangers: [],
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
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "open a security group to the internet",
    code: [{ file: "infra/aws/endpoints.ts", from: "cidrIpv4: plan.addresses.network", to: 'cidrIpv4: "0.0.0.0/0"' }],
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "public access to a bucket is no longer blocked",
    code: [{ file: "infra/aws/storage.ts", from: "blockPublicPolicy: true", to: "blockPublicPolicy: false" }],
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "keep no old versions of artefacts",
    code: [{ file: "infra/aws/storage.ts", from: 'status: "Enabled"', to: 'status: "Suspended"' }],
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "another owner",
    config: (config) => {
      config.owner = "network-team";
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "keep logs for longer",
    config: (config) => {
      config.logDays = 180;
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "keep logs for less long",
    config: (config) => {
      config.logDays = 60;
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "accept tokens for another audience",
    config: (config) => {
      config.identity.audience = "dwcp-next";
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "protect everything against deletion",
    config: (config) => {
      config.protect = true;
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "nothing, while somebody has changed a tag outside",
    outside: { name: "aws-use1-network", property: "tags.owner", value: "somebody-else" },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
];
