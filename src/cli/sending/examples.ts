import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldsOf } from '../../foundations/fields-of';
import { type EventName, eventNames } from '../../index';
import { misuse } from '../failure';

/** An example in the schema of an event. */
interface Example {
  /** The first value that tells it from the other examples of its event; its number, if it is the only one. */
  readonly name: string;
  readonly payload: object;
}

/** All examples of an event, from its published schema, two folders up as package.json is. */
function examplesOf(event: EventName): readonly Example[] {
  const text = readFileSync(join(__dirname, '../../../schemas', `${event}.schema.json`), 'utf8');
  const { examples } = JSON.parse(text) as { readonly examples: readonly object[] };
  const fields = examples.map((payload) => fieldsOf(fieldsOf(payload)['data']));
  const telling = Object.keys(fields[0] ?? {}).find(
    (name) =>
      fields.length > 1 && new Set(fields.map((each) => each[name])).size === fields.length && isShort(fields, name),
  );
  return examples.map((payload, index) => ({
    name: telling === undefined ? String(index + 1) : String(fields[index]?.[telling]),
    payload,
  }));
}

function isShort(fields: readonly Readonly<Record<string, unknown>>[], name: string): boolean {
  return fields.every((each) => /^[\w-]{1,40}$/.test(String(each[name])));
}

/**
 * The payload of an example by its name. Without an event, the name says which.
 *
 * @throws Failure that lists the names
 */
export function exampleNamed(name: string, event: EventName | undefined): object {
  const among = event === undefined ? eventNames : [event];
  const all = among.flatMap((each) => examplesOf(each).map((example) => ({ event: each, ...example })));
  const found = all.filter((example) => example.name === name);
  if (found.length === 1 && found[0] !== undefined) return found[0].payload;
  if (event !== undefined) {
    throw misuse(`${event} has no example of that name. Its examples are ${all.map((each) => each.name).join(', ')}.`);
  }
  const named = all
    .filter((each) => !/^\d+$/.test(each.name))
    .map((each) => `\n  ${each.event} --example ${each.name}`);
  throw misuse(`Name the event whose example it is. Examples with a name are:${named.join('')}`);
}
