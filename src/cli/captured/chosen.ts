import { type Command, InvalidArgumentError, Option } from 'commander';
import { outcomes } from '../../foundations/outcomes';
import { eventNameIn } from '../event-name-in';
import { Failure } from '../failure';
import { isAccepted } from '../is-accepted';
import { jsonIn } from '../json-in';
import { parseList } from '../parse-list';
import { parseWhole } from '../parse-number';
import type { CapturedRequest } from './captured-request';

/** Which captured requests, as given on the command line. */
export interface Choice {
  /** `failed` for all that were not answered 2xx, or an outcome. */
  readonly only?: string;
  readonly event?: ReadonlySet<string>;
  readonly last?: number;
}

/** The outcome `failed` is among those that were not answered 2xx. */
const onlys = [...new Set(['failed', ...Object.keys(outcomes), 'app-failed', 'wrong-path'])];

export function addChoice(command: Command): Command {
  return command
    .addOption(
      new Option('--only <outcome>', 'those alone that failed (were not answered 2xx), or had this outcome').argParser(
        parseOnly,
      ),
    )
    .option('--event <names>', 'those of these events alone, separated by commas', parseEventNames)
    .option('--last <number>', 'of these, the last ones alone', parseWhole(1, 1_000_000));
}

function parseOnly(text: string): string {
  if (onlys.includes(text)) return text;
  throw new InvalidArgumentError(`Expected failed, or an outcome: ${onlys.slice(1).join(', ')}.`);
}

function parseEventNames(text: string, before: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  return new Set(parseList(text, [...before]));
}

/**
 * The chosen requests, in their order.
 *
 * @throws Failure if none is left, or if it is not known what became of them
 */
export function chosen(
  requests: readonly CapturedRequest[],
  { only, event, last }: Choice,
): readonly CapturedRequest[] {
  if (only !== undefined && requests.every(({ answer }) => answer === undefined)) {
    throw new Failure(
      'The file does not say how these deliveries were answered, as --only needs. Lines of listen --save do.',
    );
  }
  const isChosen = (request: CapturedRequest): boolean =>
    (only === undefined || hasOutcome(request, only)) && (event === undefined || event.has(nameOf(request)));
  const left = requests.filter(isChosen).slice(last === undefined ? 0 : -last);
  if (left.length === 0)
    throw new Failure(`None of the ${requests.length} deliveries is what --only and --event ask for.`);
  return left;
}

function hasOutcome({ answer }: CapturedRequest, only: string): boolean {
  if (answer === undefined) return false;
  return only === 'failed' ? !isAccepted(answer.status) : answer.outcome === only;
}

function nameOf({ body }: CapturedRequest): string {
  return eventNameIn(jsonIn(body.toString('utf8'))?.value) ?? '';
}
