import type { SignatureMatch, SignatureScheme } from '../foundations/contracts/signature-scheme';
import { type RawDelivery, Settled } from '../foundations/delivery';
import { type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import { SilenceError, withinMs } from '../foundations/timeouts';
import { FoundMatch } from './readings/found-match';
import { refuse } from './refusal';

/** What a user's scheme threw in place of an answer. It is a no: libraries throw for a wrong signature. */
export class ThrownByScheme {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** Calls the `verify` of a user's scheme with one secret after the other. */
export function askCustomScheme(
  raw: RawDelivery,
  scheme: SignatureScheme,
  [secret, ...others]: readonly string[],
  timeoutMs: number,
  thrown?: ThrownByScheme,
): MaybePromise<SignatureMatch | Settled | ThrownByScheme | undefined> {
  if (secret === undefined) return thrown;
  const answer = recovered<unknown, Settled | ThrownByScheme>(
    () => {
      const verdict: unknown = scheme.verify({ rawBody: raw.rawBody, headers: raw.headers, secret });
      return withinMs(verdict, timeoutMs, `Scheme ${scheme.name}`);
    },
    (error) => (error instanceof SilenceError ? silent(error) : new ThrownByScheme(error)),
  );
  return whenReady(answer, (found) => {
    if (found instanceof Settled) return found;
    if (found instanceof ThrownByScheme) return askCustomScheme(raw, scheme, others, timeoutMs, found);
    return readVerdict(found, scheme.name) ?? askCustomScheme(raw, scheme, others, timeoutMs, thrown);
  });
}

function silent(cause: SilenceError): Settled {
  return new Settled('unavailable', { cause, reason: cause.message });
}

const matchFields = { scheme: 'string', signedAt: 'number', id: 'string', pin: 'string' } satisfies Record<
  keyof SignatureMatch,
  string
>;

/**
 * Accepts only `true` and a match: a custom scheme that answers `[]` or `{ valid: false }` must not let everybody in.
 */
function readVerdict(verdict: unknown, scheme: string): SignatureMatch | Settled | undefined {
  if (verdict instanceof FoundMatch) return verdict;
  if (verdict === true) return {};
  if (!verdict) return undefined;
  if (isMatch(verdict)) return verdict;
  return refuse(`Scheme ${scheme} answered with neither true, false nor a match ({ signedAt?, id? }).`);
}

function isMatch(verdict: unknown): verdict is SignatureMatch {
  if (Object.prototype.toString.call(verdict) !== '[object Object]') return false;
  return Object.entries(verdict as object).every(([field, value]: [string, unknown]) => {
    if (!Object.hasOwn(matchFields, field)) return false;
    return value === undefined || (typeof value === matchFields[field as keyof SignatureMatch] && !Number.isNaN(value));
  });
}
