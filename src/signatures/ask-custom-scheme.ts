import type { SignatureMatch, SignatureScheme } from '../foundations/contracts/signature-scheme';
import { type RawDelivery, Settled } from '../foundations/delivery';
import { isPlainObject } from '../foundations/is-plain-object';
import { type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import { SilenceError, withinMs } from '../foundations/timeouts';
import { describeThrown, refuse } from './refusal';

/** Calls the `verify` of a user's scheme with one secret after the other. What it throws counts as no, and is passed to `onThrown`. */
export function askCustomScheme(
  raw: RawDelivery,
  scheme: SignatureScheme,
  [secret, ...others]: readonly string[],
  timeoutMs: number,
  onThrown: (what: string) => void,
): MaybePromise<SignatureMatch | Settled | undefined> {
  if (secret === undefined) return undefined;
  const answer = recovered<unknown, Settled | undefined>(
    () => {
      const verdict: unknown = scheme.verify({ rawBody: raw.rawBody, headers: raw.headers, secret });
      return withinMs(verdict, timeoutMs, `Scheme ${scheme.name}`);
    },
    (error) => {
      if (error instanceof SilenceError) return silent(error);
      onThrown(describeThrown(scheme, 'verify', error));
      return undefined;
    },
  );
  return whenReady(answer, (found) => {
    if (found instanceof Settled) return found;
    return readVerdict(found, scheme.name) ?? askCustomScheme(raw, scheme, others, timeoutMs, onThrown);
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
  if (verdict === true) return {};
  if (!verdict) return undefined;
  if (isMatch(verdict)) return verdict;
  return refuse(`Scheme ${scheme} answered with neither true, false nor a match ({ signedAt?, id? }).`);
}

function isMatch(verdict: unknown): verdict is SignatureMatch {
  if (Object.prototype.toString.call(verdict) !== '[object Object]') return false;
  const fields = Object.entries(verdict as object);
  // An object of a class may say no in a getter, which is no field of its own.
  if (fields.length === 0) return isPlainObject(verdict as object);
  return fields.every(([field, value]: [string, unknown]) => {
    if (!Object.hasOwn(matchFields, field)) return false;
    return value === undefined || (typeof value === matchFields[field as keyof SignatureMatch] && !Number.isNaN(value));
  });
}
