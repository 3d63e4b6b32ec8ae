import type { OpenIdConnectProvider, OpenIdConnectProviderArgs } from "@pulumi/aws/iam/openIdConnectProvider.js";
import { refuse } from "../../service.ts";
import { iam } from "./api.ts";
import { arn, awsService } from "./resource.ts";

/** Default quota of an account, and what one provider may hold. */
const PROVIDERS = 100;
const CLIENT_IDS = 100;
const URL_CHARACTERS = 255;

/** The certificate of the issuer's authority, which IAM looks up by itself; its thumbprint is not used for well-known authorities. */
const THUMBPRINT = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280";

/** An issuer whose tokens AWS may take in exchange for a role. Known by its URL without the scheme. */
export const openIdConnectProvider = awsService<OpenIdConnectProviderArgs, OpenIdConnectProvider>(
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  {
    api: iam("OIDC Provider", {
      create: "CreateOpenIDConnectProvider",
      update: "UpdateOpenIDConnectProviderThumbprint",
      remove: "DeleteOpenIDConnectProvider",
    }),
    scope: "global",
    replaceOn: ["url"],
    references: ({ arn }) => [arn],
    check: ({ url, clientIdLists }) => [
      ...(url === undefined || (/^https:\/\/[^/?#]+[^?#]*$/.test(url) && url.length <= URL_CHARACTERS)
        ? []
        : ([
            [
              "url",
              `"${url}" must begin with https://, without query and fragment, at most ${URL_CHARACTERS} characters`,
            ],
          ] as [string, string][])),
      ...((clientIdLists?.length ?? 0) <= CLIENT_IDS
        ? []
        : ([["clientIdLists", `at most ${CLIENT_IDS} audiences (LimitExceeded)`]] as [string, string][])),
    ],
    create: (input, world) => {
      const issuer = input.url.replace(/^https:\/\//, "");
      const others = world.all(openIdConnectProvider);
      if (others.some(({ state }) => state.url === issuer))
        refuse("EntityAlreadyExists", `Provider with url https://${issuer} already exists.`);
      if (others.length >= PROVIDERS)
        refuse("LimitExceeded", `Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${PROVIDERS}`);
      const providerArn = arn(world, "iam", `oidc-provider/${issuer}`);
      return {
        id: providerArn,
        arn: providerArn,
        url: issuer,
        clientIdLists: input.clientIdLists,
        thumbprintLists: input.thumbprintLists ?? [THUMBPRINT],
      };
    },
    update: (input) => ({ clientIdLists: input.clientIdLists, thumbprintLists: input.thumbprintLists ?? [THUMBPRINT] }),
  },
);
