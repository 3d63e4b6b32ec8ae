/** What a type token such as `kubernetes:apps/v1:Deployment` stands for in the API. */
export interface Kind {
  apiVersion: string;
  kind: string;
}

/** The core group has no name in the API and is called `core` in tokens. */
export function kindOf(token: string): Kind {
  const [, groupVersion = "", kind = ""] = token.split(":");
  return { apiVersion: groupVersion.replace(/^core\//, ""), kind };
}

export const RELEASE = "kubernetes:helm.sh/v3:Release";

export const logicalName = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** Ids are `namespace/name`, or `name` of what belongs to no namespace. */
export const idOf = ({ name, namespace }: { name: string; namespace?: string }): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

export function parseId(id: string): { name: string; namespace?: string } {
  const slash = id.indexOf("/");
  return slash < 0 ? { name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}
