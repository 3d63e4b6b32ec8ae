import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import type { meta } from "@pulumi/kubernetes/types/input.js";
import { type CustomResourceOptions, mergeOptions } from "@pulumi/pulumi";
import { nameLabel } from "./podTemplate.ts";

/** Port of the Services; they forward to the image contract's. */
export const SERVICE_PORT = 80;

/**
 * A Service that leads to one version of a released service, by a selector that Argo or `novactl` sets: so the whole selector is
 * left alone after creation. Pulumi would wait for endpoints, which are there only while that version is.
 */
export const versionService = (
  name: string,
  service: string,
  metadata: meta.v1.ObjectMeta,
  options: CustomResourceOptions,
): Service =>
  new Service(
    name,
    {
      metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        type: "ClusterIP",
        selector: nameLabel(service),
        ports: [{ name: "http", port: SERVICE_PORT, targetPort: "http" }],
      },
    },
    mergeOptions(options, { ignoreChanges: ["spec.selector"] }),
  );
