import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { Namespace } from "../platform/names.ts";
import { nameLabel } from "./podTemplate.ts";

/** Digests of an object's containers, without `sha256:`, as keys of a ConfigMap are allowed to be. */
const digests = (object: string): string =>
  `${object}.spec.template.spec.containers.filter(c, c.image.contains('@sha256:')).map(c, c.image.split('@sha256:')[1])`;

export interface DenyRuleArgs {
  /** Name of the Rollout. */
  service: string;
  namespace: Namespace;
}

/**
 * Lets no one set a Rollout's image to a digest that was rolled back or aborted. The gates ask as well, but Argo skips them for
 * a version that is younger than the rollback window and older than stable, and so would bring back one that failed, at once
 * and for all requests, from a checkout that does not know of it. A Rollout that has the digest already may still change.
 *
 * Denied digests are the keys of the ConfigMap `<service>-denied`. Pulumi makes it and never has a key in it: operators' tools
 * write what was rolled back, the release gate what was aborted.
 */
export class DenyRule extends ComponentResource {
  constructor(name: string, { service, namespace }: DenyRuleArgs, options?: ComponentResourceOptions) {
    super("novacron:dwcp:DenyRule", name, {}, options);
    const policyName = `novacron-denied-${service}`;
    const denied = new ConfigMap(
      `${name}-denied`,
      { metadata: { name: `${service}-denied`, namespace, labels: nameLabel(service) } },
      { parent: this },
    );
    const policy = new ValidatingAdmissionPolicy(
      `${name}-policy`,
      {
        metadata: { name: policyName },
        spec: {
          failurePolicy: "Fail",
          paramKind: { apiVersion: "v1", kind: "ConfigMap" },
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: ["argoproj.io"],
                apiVersions: ["v1alpha1"],
                operations: ["CREATE", "UPDATE"],
                resources: ["rollouts"],
                resourceNames: [service],
              },
            ],
          },
          variables: [
            { name: "denied", expression: "has(params.data) ? params.data : {}" },
            { name: "before", expression: `oldObject == null ? [] : ${digests("oldObject")}` },
            {
              name: "refused",
              expression: `${digests("object")}.filter(d, d in variables.denied && !(d in variables.before))`,
            },
          ],
          validations: [
            {
              expression: "variables.refused.size() == 0",
              messageExpression: `"sha256:" + variables.refused[0] + " is denied and must not run again: " + variables.denied[variables.refused[0]] + "; set the image to another digest (novactl status shows what runs)"`,
              reason: "Forbidden",
            },
          ],
        },
      },
      { parent: this },
    );
    new ValidatingAdmissionPolicyBinding(
      `${name}-binding`,
      {
        metadata: { name: policyName },
        spec: {
          policyName,
          // Somebody has taken the ConfigMap away: that must not stop Argo, which writes the Rollout too.
          paramRef: { name: `${service}-denied`, namespace, parameterNotFoundAction: "Allow" },
          matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } },
          validationActions: ["Deny"],
        },
      },
      { parent: this, dependsOn: [policy, denied] },
    );
    this.registerOutputs({});
  }
}
