import type { Properties } from "../rule.ts";
import { awsIngress } from "./aws.ts";
import { azureIngress } from "./azure.ts";
import { gcpIngress } from "./gcp.ts";
import type { Opening } from "./opening.ts";

const READERS = [awsIngress, azureIngress, gcpIngress];

/** Every firewall type of the three clouds, and the properties that decide what it lets in. */
export const ingress = {
  applies: READERS.flatMap(({ types }) => types),
  needs: [...new Set(READERS.flatMap(({ needs }) => needs))],
};

/** What a resource of these types lets in from anywhere. */
export const openingsOf = (properties: Properties, type: string): Opening[] =>
  READERS.find(({ types }) => types.includes(type))?.openings(properties, type) ?? [];
