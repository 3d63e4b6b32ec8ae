import "../infra/stackTraces.ts";
import { runtime } from "@pulumi/pulumi";

/** What a program registered, as it said it. */
export interface Recorded {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** Everything that was registered since `reset`, in order. */
export const recorded: Recorded[] = [];

export const reset = (): void => {
  recorded.length = 0;
};

/** The last part of a type: `Cluster`. */
const kindOf = (type: string): string => type.slice(type.lastIndexOf(":") + 1);

export interface RecordingOptions {
  /** What a cloud adds to the inputs of a resource. */
  answer: (resource: Recorded & { kind: string }) => Record<string, unknown>;
  /** Ids of resources that are neither imported nor read. @default `<name>-id` */
  id?: (name: string) => string;
  /** Functions of providers. @default a preview must not depend on the account's state: none may be called */
  call?: runtime.Mocks["call"];
}

/** Has what components register recorded from now on, in place of an engine. */
export const record = ({ answer, id = (name) => `${name}-id`, call = noCall }: RecordingOptions): Promise<void> =>
  runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id: given }) => {
        const resource = { type, name, inputs };
        recorded.push(resource);
        const state = { ...inputs, ...answer({ ...resource, kind: kindOf(type) }) };
        // The engine gives an id only to what it imports or reads.
        return { id: given === undefined || given === "" ? id(name) : given, state };
      },
      call,
    },
    "novacron",
    "staging",
  );

const noCall: runtime.Mocks["call"] = ({ token }) => {
  throw new Error(`a component looked something up: ${token}`);
};
