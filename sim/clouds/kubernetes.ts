import type { SimulatedCloud } from "../cloud.ts";
import { isObject } from "../server/values.ts";

/**
 * The Kubernetes provider as far as clusters without a control plane need it: its configuration is checked,
 * and every Kubernetes resource is refused because there is no API server to hold it.
 */
export const kubernetes: SimulatedCloud = {
  package: "kubernetes",
  services: [],
  functions: [],
  checkConfig: ({ kubeconfig }) => {
    if (kubeconfig === undefined || isObject(kubeconfig)) return [];
    return typeof kubeconfig === "string" ? [] : [["kubeconfig", "expected the text of a kubeconfig"]];
  },
  place: () => ({ account: "cluster", region: "global" }),
  regionalIds: false,
  wording: (request, code, message) => `${request.operation} ${request.name}: ${code}: ${message}`,
  automaticName: (logicalName, hex) => `${logicalName}-${hex(8)}`,
};
