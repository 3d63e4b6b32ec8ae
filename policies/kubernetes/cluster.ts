import type { StackResource } from "../stackRule.ts";
import { recordOf, textOf } from "../values.ts";

/** An object of a cluster. */
export interface KubernetesObject extends StackResource {
  namespace: string;
  objectName: string;
  metadata: Readonly<Record<string, unknown>>;
  spec: Readonly<Record<string, unknown>>;
}

/** The objects that the program declares in one cluster. */
export interface Cluster {
  objects: readonly KubernetesObject[];
  /** Those of a type, in one namespace if it is given. */
  of(type: string, namespace?: string): KubernetesObject[];
  find(type: string, namespace: string, name: unknown): KubernetesObject | undefined;
}

/** Objects by the cluster that they are in: those of one cluster share its provider. */
export function clustersOf(resources: readonly StackResource[]): Cluster[] {
  const inClusters = resources.filter(({ type }) => type.startsWith("kubernetes:"));
  return [...Map.groupBy(inClusters, ({ provider }) => provider).values()].map((members) => {
    const objects = members.map(asObject);
    const of = (type: string, namespace?: string) =>
      objects.filter((each) => each.type === type && (namespace === undefined || each.namespace === namespace));
    return {
      objects,
      of,
      find: (type, namespace, name) => of(type, namespace).find(({ objectName }) => objectName === name),
    };
  });
}

function asObject(resource: StackResource): KubernetesObject {
  // A release of a chart has its name and namespace beside its values, as no other object has.
  const metadata = recordOf(resource.props.metadata ?? resource.props);
  return {
    ...resource,
    metadata,
    namespace: textOf(metadata.namespace) ?? "default",
    objectName: textOf(metadata.name) ?? "",
    spec: recordOf(resource.props.spec),
  };
}

/** Labels of an object, or of the pods of a workload. */
export const labelsOf = (metadata: unknown): Readonly<Record<string, unknown>> => recordOf(recordOf(metadata).labels);

/** Labels of a workload's pods. */
export const podLabelsOf = ({ spec }: KubernetesObject): Readonly<Record<string, unknown>> =>
  labelsOf(recordOf(spec.template).metadata);

/** Whether a selector takes in labels. One with expressions is taken to, as what they say is not followed here. */
export function selects(selector: unknown, labels: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(recordOf(recordOf(selector).matchLabels)).every(([name, value]) => labels[name] === value);
}
