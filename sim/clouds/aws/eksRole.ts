import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { role } from "./iam.ts";
import { admitsService } from "./policyDocument.ts";

/** A role as EKS looks at it before it uses it. */
export interface EksRole {
  trusts: (service: string) => boolean;
}

/** The role of an ARN. EKS refuses one that does not exist. */
export function roleOfArn(arn: string, world: World): EksRole {
  const found = arn.startsWith("arn:") ? world.getAnywhere(role, arn) : undefined;
  if (found === undefined)
    return refuse(
      "InvalidParameterException",
      `The role with name ${arn.split("/").pop()} cannot be found. (Service: AmazonIdentityManagement; Status Code: 404; Error Code: NoSuchEntity)`,
    );
  return { trusts: (service) => admitsService(found.state.assumeRolePolicy, service, "sts:AssumeRole") };
}

/** Refuses a role that pods cannot take on through EKS Pod Identity: it must let the service assume it and tag the session. */
export function demandPodRole(arn: string, world: World): void {
  const found = arn.startsWith("arn:") ? world.getAnywhere(role, arn) : undefined;
  const trusted = ["sts:AssumeRole", "sts:TagSession"].every(
    (action) => found !== undefined && admitsService(found.state.assumeRolePolicy, "pods.eks.amazonaws.com", action),
  );
  if (!trusted)
    refuse(
      "InvalidParameterException",
      `Role provided in the request does not have a valid trust policy: ${arn} must allow pods.eks.amazonaws.com to do sts:AssumeRole and sts:TagSession.`,
    );
}
