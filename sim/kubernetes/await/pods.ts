import type { Cluster, Manifest } from "../cluster.ts";
import { at, condition, list, text } from "../fields.ts";
import { podSelector } from "./workloads.ts";

/** How many pods are told of; the others mostly have the same trouble. */
const TOLD = 3;

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "Rollout", "Job", "ReplicaSet"];

/** What keeps the pods of a workload from becoming ready, and events where there are no pods. Empty when nothing is found. */
export async function podTroubles(cluster: Cluster, object: Manifest): Promise<string> {
  const selector = podSelector(object);
  if (!WORKLOADS.includes(object.kind) || selector === undefined) return "";
  const pods = await cluster.list({ apiVersion: "v1", kind: "Pod" }, object.metadata.namespace, {
    labelSelector: selector,
  });
  const troubles = pods.map((pod) => [pod.metadata.name, troubleOf(pod)]).filter(([, trouble]) => trouble !== "");
  if (troubles.length > 0) {
    const more = troubles.length > TOLD ? `; and ${troubles.length - TOLD} more pods` : "";
    return (
      troubles
        .slice(0, TOLD)
        .map(([name, trouble]) => `pod ${name}: ${trouble}`)
        .join("; ") + more
    );
  }
  return pods.length === 0 ? warningOf(cluster, object) : "";
}

/** Why a pod is not ready. */
function troubleOf(pod: Manifest): string {
  if (text(condition(pod, "Ready"), "status") === "True" || text(pod, "status", "phase") === "Succeeded") return "";
  const scheduled = condition(pod, "PodScheduled");
  if (text(scheduled, "status") === "False") return `not scheduled: ${text(scheduled, "message")}`;
  const containers = [...list(pod, "status", "initContainerStatuses"), ...list(pod, "status", "containerStatuses")];
  const told = containers.map(containerTrouble).filter((trouble) => trouble !== "");
  if (told.length > 0) return told.join(", ");
  return text(condition(pod, "Ready"), "message") || `phase ${text(pod, "status", "phase")}, not ready`;
}

function containerTrouble(container: unknown): string {
  const name = `container ${text(container, "name")}`;
  const last = at(container, "lastState", "terminated", "exitCode") ?? at(container, "state", "terminated", "exitCode");
  const exit = last === undefined || last === 0 ? "" : ` (last exit code ${last})`;
  const reason = text(container, "state", "waiting", "reason");
  if (reason !== "") {
    const message = text(container, "state", "waiting", "message");
    return `${name}: ${reason}${message === "" ? "" : `: ${message}`}${exit}`;
  }
  const ended = text(container, "state", "terminated", "reason");
  if (ended !== "" && exit !== "") return `${name}: ${ended}${exit}`;
  return at(container, "ready") === false ? `${name} is running but not ready${exit}` : "";
}

/** The newest warning of a workload that has no pods, or of its ReplicaSets: refused by a quota, by Pod Security, by a webhook. */
async function warningOf(cluster: Cluster, object: Manifest): Promise<string> {
  const events = await cluster.list({ apiVersion: "v1", kind: "Event" }, object.metadata.namespace, {
    fieldSelector: "type=Warning",
  });
  const about = events.filter((event) => {
    const name = text(event, "involvedObject", "name");
    return name === object.metadata.name || name.startsWith(`${object.metadata.name}-`);
  });
  return text(about.at(-1), "message");
}
