import type { Command } from 'commander';
import { rowOf } from '../../foundations/outcomes';
import type { CapturedRequest } from '../captured/captured-request';
import { addChoice, type Choice, chosen } from '../captured/chosen';
import { parseCaptured } from '../captured/parse-captured';
import { eventNameIn } from '../event-name-in';
import { Failure, misuse } from '../failure';
import type { Io } from '../io';
import { jsonIn } from '../json-in';
import { nameOfInput, readInput } from '../read-input';
import { secretFileOption, secretToSign, tellOfFolderSecret } from '../secret';
import { headersToSend } from '../sending/headers-to-send';
import { addSchemeOptions, type SchemeOptions, schemeHelp, schemeOf } from '../sending/scheme-options';
import { type NamedRequest, sendMany } from '../sending/send-many';
import { addSendingOptions, changed, type SendingOptions } from '../sending/sending-options';
import { signedAnew } from '../sending/signed-anew';

interface ReplayOptions extends SendingOptions, SchemeOptions, Choice {
  readonly sign?: true;
  readonly secretFile?: string;
}

const examples = `${schemeHelp}
Deliveries are sent in the order of the file, one after the other unless --rate or --concurrency is given. Their bytes
and headers are unchanged, except headers of the connection. The path is that of --url. A receiver that has handled a
delivery answers "duplicate".

A signed timestamp grows stale after 5 minutes: --sign signs anew, in the same way as before, or as --scheme and the
options beside it say. The way is found by the secret: a delivery that has no signature of it is signed as hmac.

With --json: lines as those of send.

Examples:
  $ bigmind-webhooks replay deliveries.ndjson --url http://127.0.0.1:3000/webhooks/bigmind
  $ bigmind-webhooks replay deliveries.ndjson --only failed --event todo_created --last 1 --sign
  $ bigmind-webhooks replay deliveries.ndjson --sign --rate 50 --url http://127.0.0.1:3000/webhooks/bigmind

Exit codes: 0 all were answered 2xx, 1 some were not, 2 used wrongly, 130 ended by Ctrl-C.
`;

/** `replay`: sends captured deliveries again. */
export function registerReplay(program: Command, io: Io): void {
  const command = program
    .command('replay')
    .summary('send captured deliveries once more')
    .description('Sends captured deliveries once more, as they were.')
    .argument(
      '<file>',
      'lines that listen or a journal saved, or another form that detect reads; - for standard input',
    );
  addSendingOptions(addChoice(command)).option('--sign', 'sign anew, since signed timestamps grow stale');
  addSchemeOptions(command, 'as before, or hmac')
    .option(...secretFileOption)
    .option('--json', 'print a line of JSON for each delivery, and a summary')
    .addHelpText('after', examples)
    .action((file: string, options: ReplayOptions) => replay(file, options, io));
}

const unsigned = { secret: undefined, isOfFolder: false } as const;

async function replay(file: string, options: ReplayOptions, io: Io): Promise<void> {
  const { secretFile } = options;
  const described = (['scheme', 'header', 'algorithm', 'encoding', 'prefix'] as const).find((name) => options[name]);
  if (!options.sign && described !== undefined) throw misuse(`--${described} says how to sign: pass --sign as well.`);
  const { secret, isOfFolder } = options.sign ? await secretToSign(secretFile, io) : unsigned;
  const chosenScheme = described === undefined ? undefined : schemeOf(options);
  const captured = parseCaptured(await readInput(file, io));
  if (captured.length === 0) throw new Failure(`There is no POST request in ${nameOfInput(file)}.`);
  const requests = chosen(captured, options);

  let guessed = 0;

  function headersOf(request: CapturedRequest): Record<string, string> {
    if (secret === undefined) return headersToSend(request);
    const { headers, isGuessed } = signedAnew(request, { secret, scheme: chosenScheme });
    if (isGuessed) guessed += 1;
    return headers;
  }
  function make(index: number): NamedRequest {
    const request = requests[index] as CapturedRequest;
    const headers = headersOf(request);
    const event = eventNameIn(jsonIn(request.body.toString('utf8'))?.value) ?? '(no event)';
    return changed({ event, method: request.method, headers, body: request.body }, options);
  }

  const statuses = await sendMany(requests.length, make, options, io);
  if (guessed > 0) {
    const which = guessed === 1 ? '1 delivery has' : `${guessed} deliveries have`;
    io.stderr.write(
      `${which} no signature of this secret, so the scheme is not known. Signed as hmac: pass --scheme for another.\n`,
    );
  }
  const { status } = rowOf('unauthenticated');
  if ((statuses[status] ?? 0) === 0) return;
  if (isOfFolder) tellOfFolderSecret(io);
  if (!options.sign) {
    const what =
      'A delivery without a signature (a journal keeps none), or with a signed timestamp that has grown stale,';
    io.stderr.write(`${what} is answered ${status}: --sign signs anew.\n`);
  }
}
