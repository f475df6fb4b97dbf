import { isUtf8 } from 'node:buffer';
import { isRecord } from '../../foundations/is-record';
import { didYouMean } from '../../foundations/option-checks';
import { type EventName, eventNames } from '../../index';
import { examplePayload, schemaErrors } from '../../testing';
import { eventNameIn } from '../event-name-in';
import { Failure, misuse } from '../failure';
import type { Io } from '../io';
import { jsonIn } from '../json-in';
import { whereBroken } from '../json-place';
import { nameOfInput, readInput } from '../read-input';
import { exampleNamed } from './examples';
import { freshTimestamp } from './fresh-timestamp';
import { type SetField, withFields } from './set-fields';

/** What to send, as given on the command line. */
export interface WhatToSend {
  readonly all?: true;
  readonly data?: string;
  readonly example?: string;
  readonly set?: readonly SetField[];
  readonly force?: true;
  readonly count: number;
}

/** An event to send. `write` makes its body, anew each time. */
export interface SentEvent {
  readonly event: string;
  readonly write: () => Buffer;
}

/**
 * The events that the arguments and options name.
 *
 * @throws Failure
 */
export async function eventsToSend(events: readonly string[], what: WhatToSend, io: Io): Promise<readonly SentEvent[]> {
  if (what.data !== undefined) return [await fromFile(what.data, events, what, io)];
  return payloadsNamed(events, what).map((payload) => made('The payload', payload, what));
}

function payloadsNamed(events: readonly string[], { all, example }: WhatToSend): readonly object[] {
  if (all && events.length > 0) throw misuse('--all sends every event: do not name any as well.');
  const names = all ? eventNames : events.map(nameOfEvent);
  if (example !== undefined) {
    if (names.length > 1) throw misuse('--example is for one event: name that alone.');
    return [exampleNamed(example, names[0])];
  }
  if (names.length === 0) {
    throw misuse(
      `Name the events to send, or pass --all or --data <file>. The events are:\n  ${eventNames.join('\n  ')}`,
    );
  }
  return names.map((event) => examplePayload(event));
}

/** The name of an event, if there is one of that name. */
export function nameOfEvent(name: string): EventName {
  const known = eventNames.find((event) => event === name);
  if (known !== undefined) return known;
  throw misuse(
    `There is no event of that name.${didYouMean(name.slice(0, 100), eventNames)} Known are ${eventNames.join(', ')}.`,
  );
}

/** The payload of a file, checked as a receiver does. */
async function fromFile(path: string, events: readonly string[], what: WhatToSend, io: Io): Promise<SentEvent> {
  const { count, force, set = [] } = what;
  const name = nameOfInput(path);
  const bytes = await readInput(path, io);
  const payload = isUtf8(bytes) ? objectIn(bytes.toString('utf8')) : undefined;
  const event = eventNameIn(payload);
  if (events.length > 1 || (events[0] !== undefined && events[0] !== event)) {
    throw misuse(`${name} holds another event than the one you named: its own is ${event ?? 'none'}.`);
  }
  if (payload !== undefined && (count > 1 || set.length > 0)) return made(name, payload, what);
  if (count > 1 || set.length > 0)
    throw misuse(`--set and --count change the payload, which needs a JSON object: ${name} is none.`);
  if (!force) {
    if (payload === undefined) throw new Failure(`${name} ${whyNone(bytes)}. To send it anyway, pass --force.`);
    refuseInvalid(name, payload);
  }
  return { event: event ?? 'none', write: () => bytes };
}

/** An event whose copies have a timestamp of their own, unless one is set. */
function made(name: string, payload: object, { set = [], force }: WhatToSend): SentEvent {
  const changed = withFields(payload, set);
  if (!force) refuseInvalid(name, changed);
  const isTimeSet = set.some(({ path }) => path[0] === 'timestamp');
  const write = (): Buffer => Buffer.from(JSON.stringify(isTimeSet ? changed : freshPayload(changed)), 'utf8');
  return { event: eventNameIn(changed) ?? 'none', write };
}

/**
 * A copy of a payload with a new `timestamp`. Receivers tell deliveries apart by their bytes, so no copy is taken for a
 * duplicate, not even of an earlier run.
 */
function freshPayload(payload: object): object {
  return { ...payload, timestamp: freshTimestamp() };
}

function objectIn(text: string): object | undefined {
  const value = jsonIn(text)?.value;
  return isRecord(value) ? value : undefined;
}

/** Why bytes are no payload. Of them nothing is repeated. */
function whyNone(bytes: Buffer): string {
  if (!isUtf8(bytes)) return 'is no text in UTF-8';
  const text = bytes.toString('utf8');
  if (text.trim() === '') return 'is empty';
  const broken = whereBroken(text);
  if (broken === undefined) return 'is not a JSON object';
  return `is not JSON: line ${broken.line}, column ${broken.column}, expected ${broken.expected}`;
}

function refuseInvalid(name: string, payload: object): void {
  const errors = schemaErrors(payload);
  if (errors.length === 0) return;
  const lines = errors.map(({ pointer, keyword, detail }) => `  ${pointer || '(the payload)'} ${keyword}: ${detail}\n`);
  throw new Failure(
    `${name} does not match the schema of its event:\n${lines.join('')}To send it anyway, for example to see the 422, pass --force.`,
  );
}
