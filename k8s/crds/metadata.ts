import type { Input } from "@pulumi/pulumi";

/** The metadata that our objects set. Names are given: other objects refer to them, so none is left to chance. */
export interface Metadata {
  name: string;
  /** Left out for kinds that stand outside namespaces. */
  namespace?: Input<string>;
  labels?: Record<string, Input<string>>;
  annotations?: Record<string, Input<string>>;
}

/** An object whose kind says everything else. */
export interface Typed<Spec> {
  metadata: Metadata;
  spec: Spec;
}
