import { Document, isCollection, isMap, isScalar, type Node, parseDocument, type YAMLMap } from "yaml";

/** A value that a stack file may hold. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/**
 * Sets one value in a YAML text and leaves every other character as it is: comments, order, spacing. What is missing on the
 * way is made.
 * @throws Error when the path leads through something that is no mapping
 */
export function setInYaml(text: string, path: readonly string[], value: Value): string {
  const document = parseDocument(text);
  const found = document.getIn(path, true) as Node | undefined;
  if (found?.range) {
    const [start, end] = [found.range[0], endOf(text, found)];
    // A key without a value has nothing, not even a space, behind its colon.
    return `${text.slice(0, start)}${start === end ? " " : ""}${written(value)}${text.slice(end)}`;
  }
  const parentPath = path.slice(0, -1);
  const key = path.at(-1) ?? "";
  const parent = (parentPath.length === 0 ? document.contents : document.getIn(parentPath, true)) as Node | undefined;
  if (isMap(parent) && parent.range && parent.items.length > 0) return addTo(text, parent, key, value);
  if (parent && !(isMap(parent) || (isScalar(parent) && parent.value === null)))
    throw new Error(`${parentPath.join(".")} is no mapping, so ${key} cannot be set in it`);
  return parentPath.length === 0
    ? `${text}${written({ [key]: value }, "block")}\n`
    : setInYaml(text, parentPath, { [key]: value });
}

/** Where a node's own text ends. A block collection's range goes on to the next node: over white space and comments. */
function endOf(text: string, node: Node): number {
  if (isCollection(node) && node.flow !== true) {
    const last = node.items.at(-1);
    const inner = isMap(node) ? (last as { value?: Node | null; key: Node }) : undefined;
    const end = inner === undefined ? (last as Node) : (inner.value ?? inner.key);
    return end.range ? endOf(text, end) : text.length;
  }
  return node.range?.[1] ?? text.length;
}

function addTo(text: string, map: YAMLMap, key: string, value: Value): string {
  const last = map.items.at(-1) as unknown as { key: Node; value: Node | null };
  const end = endOf(text, last.value ?? last.key);
  if (map.flow === true) return `${text.slice(0, end)}, ${key}: ${written(value)}${text.slice(end)}`;
  const lineStart = text.lastIndexOf("\n", (last.key.range?.[0] ?? 0) - 1) + 1;
  const indent = " ".repeat((last.key.range?.[0] ?? 0) - lineStart);
  // After the line, so that a comment at its end stays with it.
  const lineEnd = text.indexOf("\n", end);
  const at = lineEnd < 0 ? text.length : lineEnd;
  return `${text.slice(0, at)}\n${indent}${key}: ${written(value)}${text.slice(at)}`;
}

const written = (value: Value, style: "flow" | "block" = "flow"): string =>
  new Document(value).toString({ collectionStyle: style, flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
