import type { NameDelivery } from '../deduplication/delivery-key';
import { type RawDelivery, Settled } from '../foundations/delivery';

/** Without TypeScript, a request may be anything. Reading it may throw, and it is answered even then. */
export function recoveredNow(read: () => RawDelivery | Settled): RawDelivery | Settled {
  try {
    return read();
  } catch (cause) {
    return unexpected(cause);
  }
}

/** Carries what the user's `deduplicate.key` threw, so that the log says who threw it. */
class KeyFailed extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super('The deduplicate.key option failed.');
    this.thrown = thrown;
  }
}

/** The user's `deduplicate.key`, whose errors `unexpected` tells from others. */
export function tellingWhoThrew(nameDelivery: NameDelivery): NameDelivery {
  return (delivery) => {
    try {
      return nameDelivery(delivery);
    } catch (thrown) {
      throw new KeyFailed(thrown);
    }
  };
}

/** For a mistake of ours, or an error from the user's `deduplicate.key`. The sender repeats, so nothing is lost. */
export function unexpected(cause: unknown): Settled {
  if (cause instanceof KeyFailed)
    return new Settled('failed', { cause: cause.thrown, causeMayQuote: true, reason: cause.message });
  return new Settled('failed', { cause, reason: 'An error outside the handlers.' });
}
