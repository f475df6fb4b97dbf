import type { WebhookHeaders } from '../../foundations/contracts/request';
import { bodiesLike } from './bodies-like';
import { headersLike } from './headers-like';
import { secretsLike } from './secrets-like';
import type { Variant } from './variant';

/** The input of a signature. */
export interface ExplainedBytes {
  readonly headers: WebhookHeaders;
  readonly body: Buffer;
  readonly secret: string;
}

/** How variants of a request are tried. */
export interface Trial {
  /** Whether a receiver would accept these. */
  readonly signs: (bytes: ExplainedBytes) => boolean;
  /** Whether a header may hold the signature, by its lower-case name. */
  readonly isRead: (name: string) => boolean;
  /** Whether another variant may be tried. */
  readonly hasTime: () => boolean;
}

/** The usual mistake that explains why nothing matches: without it, something does. `undefined` if none explains it. */
export function provenCause(given: ExplainedBytes, { signs, isRead, hasTime }: Trial): string | undefined {
  function first<T>(variants: Iterable<Variant<T>>, matches: (value: T) => boolean): string | undefined {
    for (const { value, cause } of variants) {
      if (!hasTime()) return undefined;
      if (matches(value)) return cause;
    }
    return undefined;
  }
  return (
    first(secretsLike(given.secret), (secret) => signs({ ...given, secret })) ??
    first(headersLike(given.headers, isRead), (headers) => signs({ ...given, headers })) ??
    first(bodiesLike(given.body), (body) => signs({ ...given, body }))
  );
}

/** For when nothing is proven or to be seen; the likeliest first. */
export const possibleCauses: readonly string[] = [
  'Another secret: is it that of this destination, whole, without quotes, and not replaced since the request came?',
  'The body is not what was sent: a proxy, a parser or a logger may have decoded it, written it anew or cut it off.',
  'Another scheme: one that signs other text than the body, or the timestamp, id and body.',
];
