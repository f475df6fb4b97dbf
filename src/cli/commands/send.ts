import { type Command, Option } from 'commander';
import { rowOf } from '../../foundations/outcomes';
import { eventNames } from '../../index';
import { unlessInterrupted } from '../app/answer';
import type { Io } from '../io';
import { parseWhole } from '../parse-number';
import { secretFileOption, secretToSign, tellOfFolderSecret } from '../secret';
import { printRequest } from '../sending/print-request';
import { addSchemeOptions, type SchemeOptions, schemeHelp, schemeOf } from '../sending/scheme-options';
import { type NamedRequest, sendMany } from '../sending/send-many';
import { addressOf, addSendingOptions, atOnce, changed, type SendingOptions } from '../sending/sending-options';
import { eventsToSend, type SentEvent, type WhatToSend } from '../sending/sent-events';
import { parseSetField } from '../sending/set-fields';
import { sign } from '../sending/sign';
import { ownVersion } from '../version';

interface SendOptions extends SendingOptions, SchemeOptions, WhatToSend {
  readonly print?: true;
  readonly secretFile?: string;
}

const examples = `${schemeHelp}
Every delivery has a timestamp of its own, so that no receiver takes it for a duplicate. The rest of it is the example
in the event's schema. A file given with --data is sent byte for byte; with --count or --set it is written anew, and each
copy has a timestamp of its own.

--set data.description='Call Jane' sets a field, --set items.0.name=A one of a list. A text stays a text; elsewhere 30,
true and null mean what they mean in JSON, and after := the value is JSON for certain. What does not match its schema is
sent with --force only.

With --json: a line {"type":"delivery", event, status, outcome, detail, error, ms} for each delivery, then one
{"type":"summary", total, sent, accepted, statuses, outcomes, errors, seconds, rate, latencyMs}.

Examples:
  $ bigmind-webhooks send todo_created
  $ bigmind-webhooks send --all --url http://127.0.0.1:3000/webhooks/bigmind
  $ bigmind-webhooks send todo_created --set data.description='Call Jane' --set data.type=fax --force
  $ bigmind-webhooks send notes_created --example warnings --print
  $ bigmind-webhooks send todo_created -H 'x-bigmind-signature:' --method PUT --path /mistyped
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
    .addOption(new Option('--data <file>', 'send this payload, - for standard input').conflicts(['all', 'example']))
    .option('--example <name>', 'send another example of the schema, by its name or number, such as warnings')
    .option('--set <path=value>', 'set a field, as in data.description=Call; again for others', parseSetField)
    .option('--force', 'send what does not match its schema, too')
    .option('--print', 'print the signed requests, and send nothing')
    .option('--count <number>', `how many of each, ${atOnce} at once`, parseWhole(1, 1_000_000), 1);
  addSendingOptions(command);
  addSchemeOptions(command)
    .option(...secretFileOption)
    .option('--json', 'print a line of JSON for each delivery, and a summary')
    .addHelpText('after', examples)
    .action((events: string[], options: SendOptions) => send(events, options, io));
}

async function send(events: readonly string[], options: SendOptions, io: Io): Promise<void> {
  const { count, json = false } = options;
  const bodies = await eventsToSend(events, options, io);
  const scheme = schemeOf(options);
  const { secret, isOfFolder } = await secretToSign(options.secretFile, io);
  const usual = { 'content-type': 'application/json', 'user-agent': `bigmind-webhooks/${ownVersion()}` };

  function make(index: number): NamedRequest {
    // One of each event in turn, so that events are mixed as in real traffic.
    const { event, write } = bodies[index % bodies.length] as SentEvent;
    const body = write();
    return changed({ event, headers: { ...usual, ...sign(scheme, secret, body) }, body }, options);
  }
  const total = bodies.length * count;
  if (options.print) {
    const url = addressOf(options, io);
    for (let index = 0; index < total && !io.interrupted.aborted; index += 1) {
      printRequest(make(index), url, json, io);
      await unlessInterrupted(io.stdout.drained(), io.interrupted);
    }
    return;
  }
  const usualConcurrency = count > 1 && { concurrency: atOnce };
  const statuses = await sendMany(total, make, { ...usualConcurrency, ...options }, io);
  if (isOfFolder && (statuses[rowOf('unauthenticated').status] ?? 0) > 0) tellOfFolderSecret(io);
}
