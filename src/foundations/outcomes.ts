/** One row of the outcome table: the answer to the sender and the log level. */
interface OutcomeRow {
  /** HTTP status of the answer. */
  readonly status: number;
  /** Level of the delivery's log line. */
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** What happened, for people: the log message and the `title` of a problem answer. It does not give the reason. */
  readonly title: string;
  /** `code` of a problem answer and anchor in docs/errors.md. Success has none: its body is `{"status": outcome}`. */
  readonly code?: string;
  /** Seconds for `Retry-After`, if a repeat may help and the delivery's details give no other time. */
  readonly retryAfterSeconds?: number;
}

/**
 * Every way a delivery can end. Success is always 200, since some senders accept nothing else. An outcome that a repeat
 * may cure is 5xx, since some senders never repeat after a 4xx. docs/outcomes.md is tested against this table.
 */
export const outcomes = {
  processed: { status: 200, level: 'info', title: 'Every handler succeeded' },
  unhandled: { status: 200, level: 'info', title: 'No handler is registered for this event' },
  duplicate: { status: 200, level: 'info', title: 'Already processed' },
  ignored: { status: 200, level: 'info', title: 'Unknown event' },
  quarantined: { status: 200, level: 'warn', title: 'Unusable delivery taken by onInvalid' },
  queued: { status: 200, level: 'info', title: 'Held durably by the queue' },
  malformed: { status: 400, level: 'warn', title: 'No acceptable JSON came', code: 'MALFORMED' },
  unauthenticated: { status: 401, level: 'warn', title: 'The delivery is not authentic', code: 'UNAUTHENTICATED' },
  'method-not-allowed': { status: 405, level: 'info', title: 'Only POST is accepted', code: 'METHOD_NOT_ALLOWED' },
  'read-timeout': { status: 408, level: 'warn', title: 'The body did not arrive in time', code: 'READ_TIMEOUT' },
  'too-large': { status: 413, level: 'warn', title: 'The body is too large', code: 'TOO_LARGE' },
  'unsupported-encoding': {
    status: 415,
    level: 'warn',
    title: 'Content-Encoding is not accepted',
    code: 'UNSUPPORTED_ENCODING',
  },
  invalid: { status: 422, level: 'error', title: 'The payload does not match its schema', code: 'INVALID' },
  failed: { status: 500, level: 'error', title: 'The delivery could not be handled', code: 'FAILED' },
  misconfigured: {
    status: 500,
    level: 'error',
    title: 'The receiver is not set up correctly',
    code: 'BODY_ALREADY_PARSED',
  },
  'in-progress': { status: 503, level: 'info', title: 'The delivery is being handled', code: 'IN_PROGRESS' },
  timeout: {
    status: 503,
    level: 'warn',
    title: 'The delivery is still being handled',
    code: 'TIMEOUT',
    retryAfterSeconds: 10,
  },
  unavailable: {
    status: 503,
    level: 'error',
    title: 'The receiver is temporarily unavailable',
    code: 'UNAVAILABLE',
    retryAfterSeconds: 10,
  },
} as const satisfies Record<string, OutcomeRow>;

/** What became of a delivery. */
export type Outcome = keyof typeof outcomes;

/** Whether a value is the name of an outcome. Versions may know others. */
export function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'string' && Object.hasOwn(outcomes, value);
}

/** The row of an outcome. Its type has the optional columns, too. */
export function rowOf(outcome: Outcome): OutcomeRow {
  return outcomes[outcome];
}
