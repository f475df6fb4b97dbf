import { type RawDelivery, Settled } from '../foundations/delivery';

/** Without TypeScript, a request may be anything. Reading it may throw, and it is answered even then. */
export function recoveredNow(read: () => RawDelivery | Settled): RawDelivery | Settled {
  try {
    return read();
  } catch (cause) {
    return unexpected(cause);
  }
}

/** The same outcome, with another reason for the log before its own. */
export function because(first: string | undefined, settled: Settled): Settled {
  if (first === undefined) return settled;
  const { reason = '' } = settled.details;
  return new Settled(settled.outcome, { ...settled.details, reason: `${first} ${reason}`.trimEnd() });
}

/** For a mistake of ours, or an error from the user's `deduplicate.key`. The sender repeats, so nothing is lost. */
export function unexpected(cause: unknown): Settled {
  return new Settled('failed', { cause, reason: 'An error outside the handlers.' });
}
