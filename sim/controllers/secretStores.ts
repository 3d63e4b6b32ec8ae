import type { Informer } from "../../client/informer.ts";
import { withCondition } from "./conditions.ts";
import type { ControllerContext } from "./context.ts";
import type { SecretStore } from "./externalSecretsObjects.ts";
import { CLUSTER_SECRET_STORES, fromKey } from "./paths.ts";
import { updateStatus } from "./status.ts";

/** Secret managers of the three clouds, by their name in a store, and what each needs to know. */
const PROVIDERS: Readonly<Record<string, (settings: Record<string, unknown>) => string | undefined>> = {
  aws: ({ region, service }) =>
    service !== "SecretsManager" && service !== "ParameterStore"
      ? `unknown service ${service}`
      : region
        ? undefined
        : "the region is missing",
  azurekv: ({ vaultUrl }) => (vaultUrl ? undefined : "vaultUrl is missing"),
  gcpsm: ({ projectID }) => (projectID ? undefined : "projectID is missing"),
};

/** Why a store cannot be used; undefined when it can. */
export function storeProblem({ spec: { provider } }: SecretStore): string | undefined {
  const [name = "none"] = Object.keys(provider);
  const check = PROVIDERS[name];
  if (check === undefined) return `provider ${name} is not simulated; there are ${Object.keys(PROVIDERS).join(", ")}`;
  return check(provider[name] as Record<string, unknown>);
}

/** Reports whether a store can be used: the `Ready` condition, with External Secrets' own reasons. */
export function storeReconciler({ client }: ControllerContext, stores: Informer<SecretStore>) {
  return async (key: string): Promise<undefined> => {
    const store = stores.get(fromKey(key).name);
    if (store === undefined) return;
    const problem = storeProblem(store);
    await updateStatus(client, CLUSTER_SECRET_STORES, store, {
      capabilities: "ReadWrite",
      conditions: withCondition(store.status?.conditions, {
        type: "Ready",
        ...(problem === undefined
          ? { status: "True", reason: "Valid", message: "store validated" }
          : { status: "False", reason: "InvalidProviderConfig", message: problem }),
      }),
    });
  };
}
