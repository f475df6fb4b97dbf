type Container = Record<string, unknown>;

/** A copy of a payload with another value at a JSON Pointer. */
export function withValue(payload: unknown, pointer: string, value: unknown): unknown {
  if (pointer === '') return value;
  const copy = structuredClone(payload);
  const [parent, name] = parentOf(copy, pointer);
  parent[name] = value;
  return copy;
}

/** A copy of a payload without what is at a JSON Pointer. */
export function without(payload: unknown, pointer: string): unknown {
  const copy = structuredClone(payload);
  const [parent, name] = parentOf(copy, pointer);
  delete parent[name];
  return copy;
}

export function valueAt(payload: unknown, pointer: string): unknown {
  return steps(pointer).reduce((at: unknown, name) => (at as Container)[name], payload);
}

/** The pointers to everything in a payload, itself included; of a list, to its first item alone. */
export function pointersIn(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  const entries = Object.entries(Array.isArray(value) ? value.slice(0, 1) : value);
  return [at, ...entries.flatMap(([name, inner]) => pointersIn(inner, `${at}/${name}`))];
}

function parentOf(payload: unknown, pointer: string): [Container, string] {
  const path = steps(pointer);
  const name = path.pop();
  if (name === undefined) throw new Error('the root has no parent');
  return [valueAt(payload, path.map((step) => `/${step}`).join('')) as Container, name];
}

const steps = (pointer: string): string[] => pointer.split('/').slice(1);
