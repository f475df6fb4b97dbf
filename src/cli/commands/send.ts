import type { Command } from 'commander';
import { closest } from 'fastest-levenshtein';
import { isRecord } from '../../foundations/is-record';
import { rowOf } from '../../foundations/outcomes';
import { type EventName, eventNames } from '../../index';
import { examplePayload, schemaErrors } from '../../testing';
import { eventNameIn } from '../event-name-in';
import { Failure, misuse } from '../failure';
import type { Io } from '../io';
import { jsonIn } from '../json-in';
import { nameOfInput, readInput } from '../read-input';
import { secretFileOption, secretToSign, tellOfFolderSecret } from '../secret';
import { freshPayload } from '../sending/fresh-payload';
import { addSchemeOptions, type SchemeOptions, schemeHelp, schemeOf } from '../sending/scheme-options';
import { type NamedRequest, sendMany } from '../sending/send-many';
import { addSendingOptions, atOnce, parseWhole, type SendingOptions } from '../sending/sending-options';
import { sign } from '../sending/sign';
import { ownVersion } from '../version';

interface SendOptions extends SendingOptions, SchemeOptions {
  readonly all?: true;
  readonly data?: string;
  readonly force?: true;
  readonly count: number;
  readonly secretFile?: string;
}

const examples = `${schemeHelp}
Every delivery has a timestamp of its own, so that no receiver takes it for a duplicate. The rest of it is the example
in the event's schema. A file given with --data is sent byte for byte; with --count, each copy has a timestamp of its
own.

With --json: a line {"type":"delivery", event, status, outcome, detail, error, ms} for each delivery, then one
{"type":"summary", total, sent, accepted, statuses, outcomes, errors, seconds, rate, latencyMs}.

Examples:
  $ bigmind-webhooks send todo_created
  $ bigmind-webhooks send --all --url http://127.0.0.1:3000/webhooks/bigmind
  $ bigmind-webhooks send --data note.json --scheme stripe --url http://127.0.0.1:3000/webhooks/bigmind
  $ bigmind-webhooks send todo_created --count 10000 --rate 500 --url http://127.0.0.1:3000/webhooks/bigmind

Exit codes: 0 all were answered 2xx, 1 some were not, 2 used wrongly, 130 ended by Ctrl-C.
`;

/** `send`: sends signed deliveries to a receiver. */
export function registerSend(program: Command, io: Io): void {
  const command = program
    .command('send')
    .summary('send signed deliveries to a receiver')
    .description('Sends signed deliveries to a receiver: the example of each event named, or a file.')
    .argument('[event...]', 'names of events')
    .option('--all', `all ${eventNames.length} events`)
    .option('--data <file>', 'send this payload, - for standard input')
    .option('--force', 'send --data even if it does not match its schema')
    .option('--count <number>', `how many of each, ${atOnce} at once`, parseWhole(1, 1_000_000), 1);
  addSendingOptions(command);
  addSchemeOptions(command)
    .option(...secretFileOption)
    .option('--json', 'print a line of JSON for each delivery, and a summary')
    .addHelpText('after', examples)
    .action((events: string[], options: SendOptions) => send(events, options, io));
}

async function send(events: readonly string[], options: SendOptions, io: Io): Promise<void> {
  const bodies = options.data === undefined ? examplesOf(events, options) : [await readData(events, options, io)];
  const scheme = schemeOf(options);
  const { secret, isOfFolder } = await secretToSign(options.secretFile, io);
  const usual = { 'content-type': 'application/json', 'user-agent': `bigmind-webhooks/${ownVersion()}` };

  function make(index: number): NamedRequest {
    // One of each event in turn, so that events are mixed as in real traffic.
    const { event, write } = bodies[index % bodies.length] as SentEvent;
    const body = write();
    return { event, headers: { ...usual, ...sign(scheme, secret, body) }, body };
  }
  const concurrency = options.concurrency ?? (options.count > 1 ? atOnce : 1);
  const statuses = await sendMany(bodies.length * options.count, make, { ...options, concurrency }, io);
  if (isOfFolder && (statuses[rowOf('unauthenticated').status] ?? 0) > 0) tellOfFolderSecret(io);
}

/** An event to send. `write` makes its body, anew each time. */
interface SentEvent {
  readonly event: string;
  readonly write: () => Buffer;
}

function examplesOf(events: readonly string[], { all }: SendOptions): SentEvent[] {
  if (all && events.length > 0) throw misuse('--all sends every event: do not name any as well.');
  const names = all ? eventNames : events.map(nameOfEvent);
  if (names.length === 0) {
    throw misuse(
      `Name the events to send, or pass --all or --data <file>. The events are:\n  ${eventNames.join('\n  ')}`,
    );
  }
  return names.map((event) => {
    const payload = examplePayload(event);
    return { event, write: () => toBytes(freshPayload(payload)) };
  });
}

function nameOfEvent(name: string): EventName {
  const known = eventNames.find((event) => event === name);
  if (known !== undefined) return known;
  throw misuse(
    `There is no event of that name. Did you mean ${closest(name, [...eventNames])}? Known are ${eventNames.join(', ')}. ` +
      'To send another, pass --data <file>.',
  );
}

/** The payload of a file, checked as a receiver does. */
async function readData(events: readonly string[], options: SendOptions, io: Io): Promise<SentEvent> {
  const { data = '-', all, count, force } = options;
  if (all) throw misuse('Pass --all or --data, not both.');
  const name = nameOfInput(data);
  const bytes = await readInput(data, io);
  const payload = objectIn(bytes.toString('utf8'));
  const event = eventNameIn(payload);
  if (events.length > 1 || (events[0] !== undefined && events[0] !== event)) {
    throw misuse(`${name} holds another event than the one you named: its own is ${event ?? 'none'}.`);
  }
  if (!force) refuseInvalid(name, payload);
  if (count === 1) return { event: event ?? 'none', write: () => bytes };
  if (payload === undefined)
    throw misuse(`--count gives each copy a new timestamp, which needs a JSON object: ${name} is none.`);
  return { event: event ?? 'none', write: () => toBytes(freshPayload(payload)) };
}

function toBytes(payload: object): Buffer {
  return Buffer.from(JSON.stringify(payload), 'utf8');
}

function objectIn(text: string): object | undefined {
  const value = jsonIn(text)?.value;
  return isRecord(value) ? value : undefined;
}

function refuseInvalid(name: string, payload: object | undefined): void {
  if (payload === undefined) throw new Failure(`${name} is not a JSON object. To send it anyway, pass --force.`);
  const errors = schemaErrors(payload);
  if (errors.length === 0) return;
  const lines = errors.map(({ pointer, keyword, detail }) => `  ${pointer || '(the payload)'} ${keyword}: ${detail}\n`);
  throw new Failure(
    `${name} does not match the schema of its event:\n${lines.join('')}To send it anyway, for example to see the 422, pass --force.`,
  );
}
