import type { Command } from 'commander';
import { explainSignature, type SignatureExplanation } from '../../testing';
import { unlessInterrupted } from '../app/answer';
import { parseCaptured } from '../captured/parse-captured';
import { exitCodes, Failure } from '../failure';
import type { Io } from '../io';
import { jsonLine } from '../json-line';
import { nameOfInput, readInput } from '../read-input';
import { requireSecret, secretFileOption } from '../secret';
import { explanationLines, pinsOf } from './detect-report';

const examples = `
A captured request is:
  - a line that listen saved, or an entry of a HAR file
  - a request as text: its headers, an empty line, and the body exactly as it was sent
  - { method, headers, body } as JSON, as logs and platforms write it; or a list of them, or one on each line
  - a copied curl command, or what curl -v printed, with the command above it
Where the body stands in a file of its own, --body names that.

With --json: a line {request, match: {scheme, header, pin, signedAt, stale, recognised}, tried: [{header, form, encoding,
algorithm, signedText, outcome, expectedPrefix, gotPrefix}], causes} for each request. "match" is absent if no scheme
signs the request.

Examples:
  $ export BIGMIND_WEBHOOK_SECRET=…
  $ bigmind-webhooks detect captured.http
  $ bigmind-webhooks detect deliveries.ndjson --json
  $ bigmind-webhooks detect - --secret-file secret.txt < captured.http

Exit codes: 0 the secret signs every request, old ones too; 1 it does not sign one; 2 used wrongly.
`;

/** `detect`: finds the scheme and the header that sign a captured request. */
export function registerDetect(program: Command, io: Io): void {
  program
    .command('detect')
    .summary('say which scheme and header sign a captured request')
    .description('Says which scheme and header sign a captured request, as the line of configuration that pins it.')
    .argument('<file>', 'a captured request, - for standard input')
    .option('--body <file>', 'the body of the request, where that file does not hold it')
    .option(...secretFileOption)
    .option('--json', 'print a line of JSON for each request')
    .addHelpText('after', examples)
    .action((file: string, options: DetectOptions) => detect(file, options, io));
}

interface DetectOptions {
  readonly body?: string;
  readonly secretFile?: string;
  readonly json?: true;
}

async function detect(file: string, { secretFile, json, body: bodyFile }: DetectOptions, io: Io): Promise<void> {
  const secret = await requireSecret(secretFile, io);
  const body = bodyFile === undefined ? undefined : await readInput(bodyFile, io);
  const requests = parseCaptured(await readInput(file, io), { body });
  if (requests.length === 0) throw new Failure(`There is no POST request in ${nameOfInput(file)}.`);
  const explained: SignatureExplanation[] = [];
  for (const [index, request] of requests.entries()) {
    const explanation = explainSignature({ headers: request.headers, body: request.body, secret });
    if (explanation.match === undefined) io.setExitCode(exitCodes.refused);
    if (json) io.stdout.write(jsonLine({ request: index + 1, ...explanation }));
    else explained.push(explanation);
    await unlessInterrupted(io.stdout.drained(), io.interrupted);
  }
  const [only] = explained;
  if (only !== undefined && explained.length === 1) io.stdout.write(explanationLines(only, io.stdout));
  else if (explained.length > 1) io.stdout.write(pinsOf(explained, io.stdout));
}
