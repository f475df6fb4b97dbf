import type { Clock } from '../foundations/contracts/clock';
import type { Logger } from '../foundations/contracts/logger';
import { causeOf, type Settled } from '../foundations/delivery';
import { WebhookError, type WebhookErrorCode } from '../foundations/errors';
import { printableName, printablePointer } from '../foundations/foreign-text';
import type { Measures } from '../foundations/measures';
import { type Outcome, rowOf } from '../foundations/outcomes';
import { isLogged, logSafely, tellListener } from '../foundations/tell';
import type { ErrorDetails, ErrorListener } from '../receiver';
import { deliveryLine, type LineMeasures, printableDetails } from './delivery-line';

/** How many event names are warned about, once each. After that, new ones get no warning. */
const mostNames = 1000;

const unheard =
  'The delivery was accepted, but the sender, or a proxy before it, had closed the connection before the answer. It may ' +
  'send the delivery again, which is then a duplicate. If a proxy gives up too early, give it a time-out above timeoutMs.';

/** Reports each outcome: a log line, and the error listeners if something went wrong. */
export class Reporter {
  /** Each is called for every error. */
  readonly listeners: ErrorListener[] = [];
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #warned = new Set<string>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  report(settled: Settled, measures: LineMeasures): void {
    this.#log(settled, measures);
    if (this.listeners.length === 0) return;
    for (const { error, ...details } of errorsOf(settled, measures)) {
      for (const listener of this.listeners) tellListener('onError', () => listener(error, details), this.#logger);
    }
  }

  /** Says that a sender had gone before its answer: without a word, the line of the delivery looks as if all were well. */
  reportUnheard(settled: Settled, measures: Measures): void {
    const fields = printableDetails(settled.details, measures);
    const ms = this.#clock.now() - measures.startedAt;
    logSafely(this.#logger, 'warn', { code: 'SENDER_GONE', ...fields, ms }, unheard);
  }

  #log(settled: Settled, measures: LineMeasures): void {
    const { outcome, details } = settled;
    const row = rowOf(outcome);
    const level = this.#isNews(outcome, details.event) ? 'warn' : row.level;
    if (!isLogged(this.#logger, level)) return;
    logSafely(
      this.#logger,
      level,
      deliveryLine(settled, measures, () => this.#clock.now()),
      measures.late ? `${row.title} (after the answer)` : row.title,
    );
  }

  /** An event without a handler or a schema is warned about the first time. */
  #isNews(outcome: Outcome, event: string | undefined): boolean {
    if ((outcome !== 'unhandled' && outcome !== 'ignored') || event === undefined) return false;
    const name = printableName(event);
    if (this.#warned.has(name) || this.#warned.size >= mostNames) return false;
    this.#warned.add(name);
    return true;
  }
}

/** The errors of an outcome, for the listeners. */
function errorsOf(settled: Settled, measures: LineMeasures): readonly (ErrorDetails & { readonly error: unknown })[] {
  const { outcome, details } = settled;
  const { running, nextAttemptAt, failures = [], failuresTold, cause, joined } = details;
  const known = { outcome, ...printableDetails(details, measures), running, nextAttemptAt };
  const ofHandlers = failures.slice(failuresTold).map(({ handler, error }) => ({ error, ...known, handler }));
  const worthTelling = outcome === 'invalid' || rowOf(outcome).status >= 500;
  // A run that was given up has a cause besides what its handlers threw.
  const hasOwnCause = failures.length === 0 || cause !== undefined;
  return worthTelling && !joined && hasOwnCause ? [...ofHandlers, { error: errorOf(settled), ...known }] : ofHandlers;
}

/** The error for an outcome that is not a success. */
export function errorOf({ outcome, details }: Settled): WebhookError {
  const { status, title, code: usualCode } = rowOf(outcome);
  const { schemaError, reason, cause, code = usualCode } = details;
  const where =
    schemaError === undefined ? '' : ` ${printablePointer(schemaError.pointer) || 'It'} ${schemaError.detail}.`;
  return new WebhookError((code ?? 'IGNORED') as WebhookErrorCode, `${title}.${where}${reason ? ` ${reason}` : ''}`, {
    status,
    outcome,
    cause: cause ?? causeOf(details.failures ?? []),
  });
}
