import { at, condition, list, text } from "../fields.ts";
import { failed, type Rule, ready, waiting } from "./verdict.ts";

export const definition: Rule = (object) => {
  const names = condition(object, "NamesAccepted");
  if (text(names, "status") === "False") return failed(text(names, "message"));
  return text(condition(object, "Established"), "status") === "True" ? ready : waiting("not established yet");
};

export const namespace: Rule = (object) =>
  text(object, "status", "phase") === "Active" ? ready : waiting("not active yet");

/**
 * A load balancer needs its address. Endpoints are waited for only at creation and only while pods of the Service are there
 * and none is ready: the Service of a canary has none most of the time, and that is no fault of the Service.
 */
export const service: Rule = async (object, occasion, cluster) => {
  if (
    text(object, "spec", "type") === "LoadBalancer" &&
    list(object, "status", "loadBalancer", "ingress").length === 0
  ) {
    return waiting("the load balancer has no address yet");
  }
  const selector = at(object, "spec", "selector");
  const { namespace: within } = object.metadata;
  if (occasion !== "create" || typeof selector !== "object" || selector === null) return ready;
  if (text(object, "spec", "clusterIP") === "None" || text(object, "spec", "type") === "ExternalName") return ready;
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const pods = await cluster.list({ apiVersion: "v1", kind: "Pod" }, within, { labelSelector });
  if (pods.length === 0 || pods.some((pod) => text(condition(pod, "Ready"), "status") === "True")) return ready;
  return waiting(`none of its ${pods.length} pods is ready`);
};

/** A claim whose class waits for its first consumer is bound only when a pod uses it, which may come later in the same run. */
export const volumeClaim: Rule = async (object, _, cluster) => {
  const phase = text(object, "status", "phase");
  if (phase === "Bound") return ready;
  if (phase === "Lost") return failed("its volume is lost");
  const classes = await cluster.list({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass" }, undefined);
  const named = text(object, "spec", "storageClassName");
  const isDefault = (candidate: unknown) =>
    text(candidate, "metadata", "annotations", "storageclass.kubernetes.io/is-default-class") === "true";
  const used = classes.find((candidate) => (named === "" ? isDefault(candidate) : candidate.metadata.name === named));
  if (text(used, "volumeBindingMode") === "WaitForFirstConsumer") return ready;
  return waiting(`the claim is ${phase || "not taken up yet"}, not bound`);
};

export const certificate: Rule = (object) => {
  const found = condition(object, "Ready");
  if (text(found, "status") === "True") return ready;
  return waiting(
    `the certificate is not ready: ${text(found, "message") || "its controller has not said anything yet"}`,
  );
};
