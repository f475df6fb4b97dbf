import { isNativeError } from 'node:util/types';
import type { SchemaError } from '../foundations/contracts/schema-error';
import type { Settled, SettledDetails } from '../foundations/delivery';
import {
  describeAlone,
  describeError,
  describeWithoutMessage,
  type ErrorDescription,
  innermost,
} from '../foundations/describe-error';
import { isWebhookError } from '../foundations/errors';
import { printableName, printableParams, printablePointer, printableTenant } from '../foundations/foreign-text';
import type { Measures } from '../foundations/measures';
import type { Outcome } from '../foundations/outcomes';
import { SilenceError } from '../foundations/timeouts';

/** The measures of a line. One of a delivery that was already answered, as `timeout`, has none. */
export interface LineMeasures extends Partial<Measures> {
  readonly late?: boolean;
}

/** The fields of a delivery's log line, beside pino's own. docs/operations.md is tested against it. */
export interface DeliveryLine {
  readonly outcome: Outcome;
  readonly code?: string;
  readonly event?: string;
  readonly key?: string;
  readonly tenant?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly attempt?: number;
  readonly replayed?: true;
  readonly reason?: string;
  readonly running?: readonly string[];
  readonly nextAttemptAt?: Date;
  readonly lastAttempt?: true;
  readonly schemaError?: SchemaError;
  readonly cause?: ErrorDescription;
  readonly failures?: readonly (ErrorDescription & { readonly handler: string })[];
  readonly late?: true;
  readonly bytes?: number;
  readonly ms?: number;
}

/** Writes what is known of a delivery. `now` is on the receiver's clock. */
export function deliveryLine({ outcome, details }: Settled, measures: LineMeasures, now: () => number): DeliveryLine {
  const { code, attempt, reason, running, nextAttemptAt, schemaError, failures } = details;
  const { startedAt, bytes } = measures;
  return {
    outcome,
    ...(code !== undefined && { code }),
    ...printableDetails(details, measures),
    ...(attempt !== undefined && { attempt }),
    ...(details.replayed && { replayed: true }),
    ...(reason !== undefined && { reason }),
    ...(running !== undefined && { running }),
    ...(nextAttemptAt !== undefined && { nextAttemptAt }),
    ...(details.isLastAttempt && { lastAttempt: true }),
    ...(schemaError !== undefined && {
      schemaError: { ...schemaError, pointer: printablePointer(schemaError.pointer) },
    }),
    ...causeOf(details),
    ...(failures?.length && {
      failures: failures.map(({ handler, error }) => ({ handler, ...describeError(error) })),
    }),
    ...(measures.late && { late: true }),
    ...(bytes !== undefined && { bytes }),
    ...(startedAt !== undefined && { ms: now() - startedAt }),
  };
}

/** What names a delivery, safe for the log and for listeners. */
export function printableDetails(
  { event, key, tenant, params }: SettledDetails,
  measures: LineMeasures,
): Pick<DeliveryLine, 'event' | 'key' | 'tenant' | 'params'> {
  const printable = printableParams(params ?? measures.params);
  return {
    ...(event !== undefined && { event: printableName(event) }),
    ...(key !== undefined && { key }),
    ...(tenant !== undefined && { tenant: printableTenant(tenant) }),
    ...(printable !== undefined && { params: printable }),
  };
}

/** An error whose message is the reason already is not told twice. */
function causeOf({ cause, causeMayQuote, reason }: SettledDetails): Pick<DeliveryLine, 'cause'> {
  if (cause === undefined) return {};
  if (causeMayQuote && !isOurs(cause)) return { cause: { ...describeWithoutMessage(cause), message: unquoted } };
  // Ours quotes nothing, but an error behind it may.
  const described = causeMayQuote ? describeAlone(cause) : describeError(cause);
  const isTold = described.message === reason && innermost(described) === described;
  return isTold ? {} : { cause: described };
}

const unquoted = 'Not logged: it may hold secrets or payload text.';

/** Our own errors quote neither. A proxy may throw at `instanceof`, and is no native error. */
function isOurs(error: unknown): boolean {
  return isWebhookError(error) || (isNativeError(error) && error instanceof SilenceError);
}
