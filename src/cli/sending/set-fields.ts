import { isRecord } from '../../foundations/is-record';
import { misuse } from '../failure';
import { jsonIn } from '../json-in';

/** A field to set, as given on the command line. */
export interface SetField {
  /** Names of properties and numbers of list items, from the outermost. */
  readonly path: readonly string[];
  readonly text: string;
  /** Whether the text is JSON for certain: `path:=json`. */
  readonly isJson: boolean;
}

/** Collects `--set path=text` and `--set path:=json`. */
export function parseSetField(text: string, before: readonly SetField[] = []): readonly SetField[] {
  const [, path, colon, value = ''] = /^([^=]+?)(:?)=([\s\S]*)$/.exec(text) ?? [];
  const names = path?.replace(/\[(\d+)\]/g, '.$1').split('.') ?? [];
  // The value may be a customer's: it is not repeated.
  if (names.length === 0 || names.includes(''))
    throw misuse("--set: expected path=value, as in data.description='Call Jane'.");
  if (colon === ':' && jsonIn(value) === undefined) throw misuse(`--set ${path}: after := expected JSON.`);
  return [...before, { path: names, text: value, isJson: colon === ':' }];
}

/**
 * A copy of a payload with the fields set.
 *
 * @throws Failure for a path that leads through a text or a number
 */
export function withFields(payload: object, fields: readonly SetField[]): object {
  const copy = structuredClone(payload);
  for (const { path, ...value } of fields) {
    const last = path.at(-1) ?? '';
    const holder = path.slice(0, -1).reduce<object>((inner, name) => step(inner, name, path), copy);
    put(holder, last, valueFor(ownValue(holder, last), value));
  }
  return copy;
}

/** What is inside; an empty object is put there if nothing is. */
function step(holder: object, name: string, path: readonly string[]): object {
  const held = ownValue(holder, name);
  if (isRecord(held) || Array.isArray(held)) return held;
  if (held !== undefined) throw misuse(`--set ${path.join('.')}: ${name} holds no other fields.`);
  const made = {};
  put(holder, name, made);
  return made;
}

function ownValue(holder: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(holder, name)?.value as unknown;
}

/** Not by assignment: assigning to __proto__ would change the prototype. */
function put(holder: object, name: string, value: unknown): void {
  if (Array.isArray(holder) && !/^\d{1,4}$/.test(name)) throw misuse('--set: items of a list have numbers, from 0.');
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
}

/** A text is replaced by a text. Elsewhere `30`, `true`, `null` and `[]` are read as JSON. */
function valueFor(before: unknown, { text, isJson }: Omit<SetField, 'path'>): unknown {
  if (!isJson && typeof before === 'string') return text;
  const read = jsonIn(text);
  return read === undefined ? text : read.value;
}
