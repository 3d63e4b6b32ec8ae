import "../../infra/stackTraces.ts";
import { type ComponentResourceOptions, runtime } from "@pulumi/pulumi";

/** A Kubernetes object as the program declares it. */
export interface Declared {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: tests look at single fields of any kind
  [field: string]: any;
}

/** What a program declares in a cluster: objects in order, and the fields of each that Pulumi leaves to others. */
export interface Declaration {
  objects: Declared[];
  /** By kind and name, such as `TraefikService/dwcp`. */
  ignored: Map<string, string[]>;
}

/** Runs a program, which passes the options on to its components, without an engine. */
export async function declaredBy(program: (options: ComponentResourceOptions) => void): Promise<Declaration> {
  const objects: Declared[] = [];
  const ignored = new Map<string, string[]>();
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        if (type.startsWith("kubernetes:")) objects.push(inputs as Declared);
        return { id: id === undefined || id === "" ? `${name}-id` : id, state: inputs };
      },
      call: () => {
        throw new Error("a component looked something up: a preview must not depend on a cluster's state");
      },
    },
    "novacron",
    "staging",
  );
  program({
    transformations: [
      ({ props, opts }) => {
        const ignoreChanges = "ignoreChanges" in opts ? (opts.ignoreChanges ?? []) : [];
        if (ignoreChanges.length > 0) ignored.set(`${props.kind ?? "Service"}/${props.metadata.name}`, ignoreChanges);
        return undefined;
      },
    ],
  });
  await runtime.disconnect();
  return { objects, ignored };
}

/** The one object of a kind and name. */
export function objectOf(objects: readonly Declared[], kind: string, name: string, namespace?: string): Declared {
  const found = objects.filter(
    (object) =>
      object.kind === kind &&
      object.metadata.name === name &&
      (namespace === undefined || object.metadata.namespace === namespace),
  );
  const [only] = found;
  if (only === undefined || found.length !== 1) throw new Error(`${found.length} objects ${kind} ${name}`);
  return only;
}
