import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { Namespace } from "../platform/names.ts";

/** Digests of an object's containers, without `sha256:`, as keys of a ConfigMap are allowed to be. */
const digests = (object: string): string =>
  `${object}.spec.template.spec.containers.filter(c, c.image.contains('@sha256:')).map(c, c.image.split('@sha256:')[1])`;

export interface DenyRuleArgs {
  /** The Rollout; denied digests are the keys of the ConfigMap `<service>-denied`, which operators' tools write. */
  service: string;
  namespace: Namespace;
}

/**
 * Lets no one set a Rollout's image to a digest that was rolled back. The gates ask as well, but Argo skips them for a
 * version that is younger than the rollback window, and so would bring back the last one that failed, at once and for all
 * requests, from a checkout that does not know of it. A Rollout that has the digest already may still change.
 */
export class DenyRule extends ComponentResource {
  constructor(name: string, { service, namespace }: DenyRuleArgs, options?: ComponentResourceOptions) {
    super("novacron:dwcp:DenyRule", name, {}, options);
    const policyName = `novacron-denied-${service}`;
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
              messageExpression: `"sha256:" + variables.refused[0] + " was rolled back and must not run again: " + variables.denied[variables.refused[0]] + "; set the image to another digest (novactl status shows what runs)"`,
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
          // No ConfigMap: nothing was ever denied.
          paramRef: { name: `${service}-denied`, namespace, parameterNotFoundAction: "Allow" },
          matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } },
          validationActions: ["Deny"],
        },
      },
      { parent: this, dependsOn: [policy] },
    );
    this.registerOutputs({});
  }
}
