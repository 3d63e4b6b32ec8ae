import { createHash } from "node:crypto";
import type { ServiceIdentity, ServiceIdentityArgs } from "@pulumi/gcp/projects/serviceIdentity.js";
import { type OutputsOf, type Service, service } from "../../service.ts";
import { bad } from "./errors.ts";
import { everywhere } from "./places.ts";

/** The number that Google gives to a project: here a fixed function of its id, twelve digits. */
export const projectNumber = (project: string): string =>
  String(
    100_000_000_000n +
      (BigInt(`0x${createHash("sha256").update(project).digest("hex").slice(0, 15)}`) % 900_000_000_000n),
  );

/** Services whose identity is answered with an address; for all others the API answers none. */
const AGENT_DOMAINS: Record<string, string> = {
  "secretmanager.googleapis.com": "gcp-sa-secretmanager",
  "container.googleapis.com": "container-engine-robot",
  "pubsub.googleapis.com": "gcp-sa-pubsub",
  "artifactregistry.googleapis.com": "gcp-sa-artifactregistry",
  "sqladmin.googleapis.com": "gcp-sa-cloud-sql",
  "cloudbuild.googleapis.com": "gcp-sa-cloudbuild",
};

/** Identities of Google's own services in a project. Asking twice gives the same one; none is ever deleted. */
export const serviceIdentity: Service<OutputsOf<ServiceIdentity>> = service<ServiceIdentityArgs, ServiceIdentity>(
  "gcp:projects/serviceIdentity:ServiceIdentity",
  {
    replaceOn: ["project", "service"],
    region: everywhere,
    create: (input, world) => {
      if (!/^[a-z][a-z0-9-]*\.googleapis\.com$/.test(input.service)) {
        bad(`Service ${input.service} has not been configured for service identities.`);
      }
      const domain = AGENT_DOMAINS[input.service];
      const email =
        domain === undefined ? "" : `service-${projectNumber(world.account)}@${domain}.iam.gserviceaccount.com`;
      const id = `projects/${world.account}/services/${input.service}`;
      return {
        // Two regions in one project ask for the same identity; the store wants an entry for each of them.
        id: world.get(serviceIdentity, id) === undefined ? id : `${id}#${world.hex(8)}`,
        project: world.account,
        service: input.service,
        email,
        member: email === "" ? "" : `serviceAccount:${email}`,
      };
    },
    remove: () => {},
    seconds: { create: 5, remove: 0 },
  },
);
