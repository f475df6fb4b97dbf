import type { Command } from 'commander';
import { fieldsOf } from '../../foundations/fields-of';
import { didYouMean } from '../../foundations/option-checks';
import { type Drift, eventNames, isBigmindEvent, type SchemaError } from '../../index';
import { schemaDrift, schemaErrors } from '../../testing';
import { unlessInterrupted } from '../app/answer';
import { type FoundPayload, payloadsIn } from '../captured/payloads-in';
import { type ExitCode, exitCodes, Failure } from '../failure';
import type { Io } from '../io';
import { jsonLine } from '../json-line';
import { nameOfInput, readInput } from '../read-input';
import { tellFailure } from '../tell-failure';
import { visibleText } from '../visible-text';

const examples = `
A file holds a payload, a payload on each line, a list of payloads, or captured requests, as detect reads them. It may be
in UTF-8 or UTF-16, with or without a byte order mark. All errors are listed, up to 100 a payload, with their places as JSON Pointers. Values are never shown.

With --drift, what the schemas do not know is listed, too: properties that they do not list, and values that are valid
but not among the usual ones. That is no error. Of values, only those that look like names are shown.

With --json: a line {file, line, event, valid, errors: [{pointer, keyword, detail}]} for each payload. "line" is present
if the file has several payloads. With --drift, "drift" is [{event, path, kind, example}].

Examples:
  $ bigmind-webhooks validate payload.json
  $ bigmind-webhooks validate --drift deliveries.ndjson
  $ bigmind-webhooks validate --json deliveries.ndjson | jq 'select(.valid | not)'
  $ pbpaste | bigmind-webhooks validate -

Exit codes: 0 all are valid, 1 some are not, 2 used wrongly.
`;

/** `validate`: checks payloads against the schemas of their events. */
export function registerValidate(program: Command, io: Io): void {
  program
    .command('validate')
    .summary('list all schema errors of payloads')
    .description('Validates payloads against the schemas of their events and lists all errors.')
    .argument('<file...>', 'files to validate, - for standard input')
    .option('--drift', 'list what the schemas do not know, too')
    .option('--json', 'print a line of JSON for each payload')
    .addHelpText('after', examples)
    .action((files: string[], options: Options) => validate(files, options, io));
}

interface Options {
  readonly drift?: true;
  readonly json?: true;
}

/** Validates each file, also after one that cannot be read. */
async function validate(files: readonly string[], options: Options, io: Io): Promise<void> {
  let worst: ExitCode = exitCodes.done;
  function end(code: ExitCode): void {
    if (code > worst) worst = code;
    io.setExitCode(worst);
  }
  for (const path of files) {
    try {
      if (!(await isValid(path, options, io))) end(exitCodes.refused);
    } catch (error) {
      if (!(error instanceof Failure) || io.interrupted.aborted) throw error;
      tellFailure(error, io);
      end(error.exitCode);
    }
  }
}

async function isValid(path: string, { drift, json }: Options, io: Io): Promise<boolean> {
  const file = nameOfInput(path);
  const payloads = payloadsIn(await readInput(path, io));
  if (payloads.length === 0) throw new Failure(`There is no payload in ${file}.`);
  let isEachValid = true;
  for (const found of payloads) {
    const errors = errorsOf(found);
    if (errors.length > 0) isEachValid = false;
    const verdict = {
      file,
      ...(payloads.length > 1 && { line: found.line }),
      ...nameIn(found),
      errors,
      ...(drift && { drift: schemaDrift(found.payload?.value) }),
    };
    io.stdout.write(json ? toJson(verdict) : toText(verdict, io));
    await unlessInterrupted(io.stdout.drained(), io.interrupted);
  }
  return isEachValid;
}

interface Verdict {
  readonly file: string;
  /** The number of its line, request or item, from 1; absent if the file has one payload. */
  readonly line?: number;
  readonly event?: string;
  readonly errors: readonly SchemaError[];
  /** With `--drift`. */
  readonly drift?: readonly Drift[];
}

function errorsOf({ payload, broken }: FoundPayload): readonly SchemaError[] {
  if (payload !== undefined) return schemaErrors(payload.value).map((error) => withNearest(error, payload.value));
  const detail = broken && `must be JSON: line ${broken.line}, column ${broken.column}, expected ${broken.expected}`;
  return [{ pointer: '', keyword: 'parse', detail: detail ?? 'must be JSON in UTF-8' }];
}

/** Names the nearest event, where one is near. The name that came is text of the payload, and stays unprinted. */
function withNearest(error: SchemaError, payload: unknown): SchemaError {
  const { event } = fieldsOf(payload);
  if (error.pointer !== '/event' || typeof event !== 'string') return error;
  const hint = didYouMean(event.slice(0, 100), eventNames);
  return hint === '' ? error : { ...error, detail: `${error.detail}.${hint}` };
}

/** Known names only: an unknown name is text of the payload, and stays unprinted. */
function nameIn({ payload }: FoundPayload): { readonly event?: string } {
  const { event } = fieldsOf(payload?.value);
  return typeof event === 'string' && isBigmindEvent(event) ? { event } : {};
}

function toJson({ errors, drift, ...verdict }: Verdict): string {
  return jsonLine({ ...verdict, valid: errors.length === 0, errors, drift });
}

function toText({ file, line, event, errors, drift = [] }: Verdict, { stdout }: Io): string {
  const place = `${file}${line === undefined ? '' : `:${line}`}`;
  const name = event === undefined ? '' : ` ${event},`;
  const unknown = drift.map(
    ({ path, kind, example }) =>
      `  ${stdout.paint('bold', visibleText(path))} ${kind}${example === undefined ? '' : `: ${visibleText(example)}`}\n`,
  );
  if (errors.length === 0) return `${place}:${name} ${stdout.paint('green', 'valid')}\n${unknown.join('')}`;
  const many = `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`;
  const lines = errors.map(
    ({ pointer, keyword, detail }) =>
      `  ${stdout.paint('bold', visibleText(pointer) || '(the payload)')} ${keyword}: ${detail}\n`,
  );
  return `${place}:${name} ${stdout.paint('red', many)}\n${lines.join('')}${unknown.join('')}`;
}
