import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { ROLE_ENVIRONMENT } from "../contract.ts";
import { internalService } from "../dwcp/internalService.ts";

/** Whose tokens are taken. */
export interface IdentityProvider {
  /** `iss` of the tokens. */
  issuer: string;
  /** `aud` of the tokens. */
  audience: string;
  /** Where the provider's keys are. */
  jwksUri: string;
}

export interface AuthArgs {
  region: string;
  /** The environment's image by digest. */
  image: string;
  identity: IdentityProvider;
}

/**
 * The token check behind every external route: the gateway asks it about each request before it passes it on, and refuses
 * every request while no replica answers.
 */
export class Auth extends ComponentResource {
  constructor(name: string, { region, image, identity }: AuthArgs, options?: ComponentResourceOptions) {
    super("novacron:edge:Auth", name, {}, options);
    internalService(
      name,
      {
        name: "auth",
        image,
        role: "auth",
        region,
        env: {
          [ROLE_ENVIRONMENT.auth.issuer]: identity.issuer,
          [ROLE_ENVIRONMENT.auth.audience]: identity.audience,
          [ROLE_ENVIRONMENT.auth.jwksUri]: identity.jwksUri,
        },
        resources: { cpu: "100m", memory: "128Mi" },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
