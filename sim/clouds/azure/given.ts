/** A value without its undefined members, at any depth: an answer of the API has a property or has it not. */
export type Given<Value> = Value extends readonly (infer Element)[]
  ? Given<Element>[]
  : Value extends object
    ? { [Key in keyof Value]: Given<Exclude<Value[Key], undefined>> }
    : Value;

export function given<Value>(value: Value): Given<Value>;
export function given(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => given(element));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, given(member)]),
  );
}
