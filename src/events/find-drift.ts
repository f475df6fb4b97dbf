import type { Drift } from '../foundations/contracts/drift';
import { isPrintableName, printableName } from '../foundations/foreign-text';
import type { Shape } from './shape';

/** Takes what was found; the same path may come again for every item of a list. */
export type NoteDrift = (path: string, kind: Drift['kind'], example?: string) => void;

/** Deeper levels are not looked at: a schema that contains itself allows any depth. */
const mostLevels = 64;

/** Finds what the schema of a payload does not know: unknown properties, and unlisted values of open sets. */
export function findDrift(value: unknown, shape: Shape, note: NoteDrift, path = '', level = 0): void {
  if (typeof value === 'string') {
    if (shape.values !== undefined && !shape.values.has(value)) note(path, 'unlisted-value', value);
  } else if (level === mostLevels) return;
  // A number, a flag and null have no properties.
  else if (!Array.isArray(value)) findInObject(value as Record<string, unknown>, shape, note, path, level + 1);
  else if (shape.items !== undefined) {
    const inside = `${path}/*`;
    for (const item of value as unknown[]) findDrift(item, shape.items, note, inside, level + 1);
  }
}

function findInObject(
  value: Readonly<Record<string, unknown>>,
  { properties, others }: Shape,
  note: NoteDrift,
  path: string,
  level: number,
): void {
  if (properties === undefined && others === undefined) return;
  for (const name in value) {
    const inner = properties?.get(name);
    if (inner) findDrift(value[name], inner, note, `${path}/${name}`, level);
    else if (inner === null || !Object.hasOwn(value, name)) continue;
    // The names of such properties are data.
    else if (others !== undefined) findDrift(value[name], others, note, `${path}/*`, level);
    else note(`${path}/${printableName(name)}`, 'unknown-property');
  }
}

/** What is told of a finding. */
export function driftOf(event: string, path: string, kind: Drift['kind'], example?: string): Drift {
  const isShown = example !== undefined && isPrintableName(example);
  return { event, path, kind, ...(isShown && { example }) };
}
