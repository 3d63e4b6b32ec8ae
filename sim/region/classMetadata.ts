/**
 * Metadata of classes: what `tsyringe`, which `@peculiar/x509` builds on, asks of `Reflect` and Node does not have (a
 * proposal that never became part of the language). Import this before `@peculiar/x509`.
 */
const held = new WeakMap<object, Map<unknown, unknown>>();

const own = (key: unknown, target: object): unknown => held.get(target)?.get(key);

function inherited(key: unknown, target: object): unknown {
  for (let holder: object | null = target; holder !== null; holder = Object.getPrototypeOf(holder))
    if (held.get(holder)?.has(key)) return own(key, holder);
  return undefined;
}

if (!("getMetadata" in Reflect)) {
  Object.assign(Reflect, {
    getOwnMetadata: own,
    getMetadata: inherited,
    defineMetadata: (key: unknown, value: unknown, target: object) => {
      held.set(target, (held.get(target) ?? new Map()).set(key, value));
    },
  });
}
