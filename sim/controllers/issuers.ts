import type { Informer } from "../../client/informer.ts";
import type { Issuer, Secret } from "./certManagerObjects.ts";
import { decoded } from "./certManagerObjects.ts";
import { type ConditionInput, withCondition } from "./conditions.ts";
import type { ControllerContext } from "./context.ts";
import { fromKey, type Resource } from "./paths.ts";
import { readKeyPair } from "./signing.ts";
import { updateStatus } from "./status.ts";

type Verdict = Pick<ConditionInput, "status" | "reason" | "message">;

/** Reports whether an issuer can issue: the `Ready` condition, with cert-manager's own reasons. */
export function issuerReconciler(
  { client }: ControllerContext,
  of: Resource,
  issuers: Informer<Issuer>,
  secrets: Informer<Secret>,
  secretNamespace: (issuer: Issuer) => string,
): (key: string) => Promise<undefined> {
  return async (key) => {
    const { name, namespace } = fromKey(key);
    const issuer = issuers.get(name, namespace);
    if (issuer === undefined) return;
    const { generation: observedGeneration = 0 } = issuer.metadata;
    const verdict = verdictOn(issuer, secrets, secretNamespace(issuer));
    await updateStatus(client, of, issuer, {
      conditions: withCondition(issuer.status?.conditions, { type: "Ready", observedGeneration, ...verdict }),
      ...(issuer.spec.acme && {
        acme: { uri: `${new URL(issuer.spec.acme.server).origin}/acct/${issuer.metadata.uid}` },
      }),
    });
  };
}

function verdictOn({ spec }: Issuer, secrets: Informer<Secret>, namespace: string): Verdict {
  if (spec.selfSigned !== undefined) return { status: "True", reason: "IsReady", message: "" };
  if (spec.acme !== undefined)
    return {
      status: "True",
      reason: "ACMEAccountRegistered",
      message: "The ACME account was registered with the ACME server",
    };
  if (spec.ca !== undefined) {
    const { secretName } = spec.ca;
    const secret = secrets.get(secretName, namespace);
    const refuse = (message: string): Verdict => ({ status: "False", reason: "ErrGetKeyPair", message });
    if (secret === undefined) return refuse(`Error getting keypair for CA issuer: secrets "${secretName}" not found`);
    try {
      readKeyPair(decoded(secret, "tls.crt") ?? "", decoded(secret, "tls.key") ?? "");
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      return refuse(`Error getting keypair for CA issuer: secret ${namespace}/${secretName}: ${reason}`);
    }
    return { status: "True", reason: "KeyPairVerified", message: "Signing CA verified" };
  }
  const type = Object.keys(spec).join(", ") || "none";
  return {
    status: "False",
    reason: "NotSimulated",
    message: `An issuer of type ${type} is not simulated; selfSigned, ca and acme are`,
  };
}
