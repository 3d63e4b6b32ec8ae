import { canonicalType } from "../../policies/rule.ts";
import type { PropertyChange } from "./model.ts";
import { childPath, diffValues, isList, isObject } from "./propertyDiff.ts";
import { loweringsIn } from "./protections.ts";
import type { Redactor, ShownObject } from "./redaction.ts";
import { shortened, shown } from "./shownValue.ts";
import type { ResourceStep } from "./steps.ts";

/** Types whose objects let somebody in by being there. */
const ADMITTING =
  /^(?:aws:(?:vpc\/securityGroupIngressRule|ec2\/securityGroup(?:Rule)?|s3\/bucketPolicy|iam\/(?:role|\w*[pP]olicy)):|azure-native:network:(?:SecurityRule|NetworkSecurityGroup)$|gcp:compute\/firewall:|gcp:.*IAM(?:Member|Binding)$)/;

const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

/**
 * Whom a resource newly lets in that no changed property tells: a new rule for everybody, or a network policy that names no
 * source any more. Whom a new rule names one by one is no danger by itself; the policy pack judges it.
 */
export function admissionsOf({ type, action, old, new: made }: ResourceStep, redactor: Redactor): PropertyChange[] {
  const properties = (side: typeof made) => redactor.properties(type, side?.inputs ?? {});
  if (action === "create" && ADMITTING.test(canonicalType(type)) && admits(made?.inputs ?? {}))
    return loweringsIn(diffValues({}, properties(made), "", () => false))
      .filter((lowering) => lowering.class === "widen-access" && !/egress|destination/i.test(lowering.change.path))
      .map(({ change }) => change);
  return action === "update" && type === NETWORK_POLICY ? openedRules(properties(old), properties(made)) : [];
}

/** A rule may as well refuse, or be about the way out. */
const admits = ({ access, direction, type, denies }: Readonly<Record<string, unknown>>): boolean =>
  access !== "Deny" && denies === undefined && type !== "egress" && !/^(?:outbound|egress)$/i.test(`${direction}`);

/** Rules that let in from everywhere: there are more of them than before. */
function openedRules(before: ShownObject, after: ShownObject): PropertyChange[] {
  const [was, becomes] = [ingressOf(before), ingressOf(after)];
  if (becomes.filter(isOpen).length <= was.filter(isOpen).length) return [];
  return becomes.flatMap((rule, index): PropertyChange[] => {
    const old = was[index];
    if (!isOpen(rule) || (old !== undefined && isOpen(old))) return [];
    const path = `spec.ingress[${index}]`;
    return old === undefined
      ? [{ path, change: "added", to: shortened(shown(rule)) }]
      : [{ path: childPath(path, "from"), change: "removed", from: shortened(shown(old.from)) }];
  });
}

function ingressOf({ spec }: ShownObject): ShownObject[] {
  const ingress = isObject(spec) ? spec.ingress : undefined;
  return isList(ingress) ? ingress.filter(isObject) : [];
}

/** Without a source, or with an empty list of them, a rule holds for all (NetworkPolicyIngressRule of Kubernetes). */
const isOpen = ({ from }: ShownObject): boolean => from === undefined || (isList(from) && from.length === 0);
