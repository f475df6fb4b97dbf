import { SilenceError, withinMs } from '../bounded';
import type { SignatureMatch, SignatureScheme } from '../contracts';
import { markVerified, type RawDelivery, Settled, type VerifiedDelivery } from '../delivery';
import { type MaybePromise, recovered, whenReady } from '../maybe-promise';
import { firstMatch } from './candidate';
import { FoundMatch } from './found-match';
import { glance } from './glance';
import { type HeaderReader, readerOf } from './header-reader';
import { describeMismatch, describeMissing, describeStale } from './refusal';
import { flawOfSecret } from './secret-text';
import type { SecretSource, TenantSecret } from './secrets';

/** How deliveries are told from forgeries. */
export interface SignaturePolicy {
  /** `undefined` when signatures are switched off. */
  readonly scheme: SignatureScheme | undefined;
  readonly secret: SecretSource;
  /** How far off a signed timestamp may be, both ways. */
  readonly toleranceMs: number;
  /** How long the `secret` function and a custom scheme may take. */
  readonly answerTimeoutMs: number;
  /** Told the scheme of every genuine delivery. */
  readonly announce: (delivery: VerifiedDelivery, match: SignatureMatch) => void;
}

/** Whose delivery it may be. */
interface Account {
  readonly tenant: string | undefined;
  readonly secrets: readonly string[];
}

/** The one way for a request to become a verified delivery. */
export function verifySignature(raw: RawDelivery, policy: SignaturePolicy): MaybePromise<VerifiedDelivery | Settled> {
  return whenReady(findAccount(raw, policy), (account) => {
    if (account instanceof Settled) return account;
    const { scheme } = policy;
    if (scheme === undefined) return mint(raw, account.tenant, 'none', {});
    // Asked for each delivery, since a test or an instrumentation may put another verify() in the place of ours.
    const reader = readerOf(scheme);
    if (reader !== undefined) return accept(raw, account, scheme, findSigner(raw, reader, account.secrets), policy);
    const match = askScheme(raw, scheme, account.secrets, policy.answerTimeoutMs);
    return whenReady(match, (found) =>
      found instanceof Settled ? found : accept(raw, account, scheme, found, policy),
    );
  });
}

/** A match that is fresh makes a request a verified delivery. */
function accept(
  raw: RawDelivery,
  account: Account,
  scheme: SignatureScheme,
  found: SignatureMatch | undefined,
  policy: SignaturePolicy,
): VerifiedDelivery | Settled {
  if (found === undefined) return refuseUnsigned(raw.headers, policy) ?? refuse(describeMismatch(scheme, raw.headers));
  const ahead = (found.signedAt ?? raw.receivedAt) - raw.receivedAt;
  if (!(Math.abs(ahead) <= policy.toleranceMs)) return refuse(describeStale(ahead, policy.toleranceMs));
  const delivery = mint(raw, account.tenant, found.scheme ?? scheme.name, found);
  policy.announce(delivery, found);
  return delivery;
}

/** What one of our own schemes finds: it is asked about one secret after the other, and reads the headers once. */
function findSigner(raw: RawDelivery, reader: HeaderReader, secrets: readonly string[]): FoundMatch | undefined {
  const [first] = secrets;
  const lone = reader.lone?.(raw.headers);
  const seen = lone && first !== undefined ? glance(lone, raw.rawBody, first) : undefined;
  if (seen !== undefined) return seen;
  const candidates = reader.candidates(raw.headers);
  for (const secret of secrets) {
    const found = firstMatch(candidates, raw.rawBody, secret);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A delivery that was verified when it came, out of a queue that only we write to. Its signature did not travel, and its
 * timestamp would be stale by now.
 */
export function verifiedEarlier(raw: RawDelivery, tenant: string | undefined, scheme: string): VerifiedDelivery {
  return mint(raw, tenant, scheme, {});
}

/** Refuses, by its headers alone, a request that cannot be signed: its body need not be read. */
export function refuseUnsigned(headers: RawDelivery['headers'], policy: SignaturePolicy): Settled | undefined {
  const { scheme } = policy;
  if (scheme?.maySign === undefined) return undefined;
  // What a scheme of the user's own trips over is for its verify() to refuse.
  const may = recovered(
    () => scheme.maySign?.(headers),
    () => true,
  );
  if (may) return undefined;
  return refuse(describeMissing(scheme, headers));
}

function mint(raw: RawDelivery, tenant: string | undefined, scheme: string, match: SignatureMatch): VerifiedDelivery {
  return markVerified({ raw, tenant, scheme, signedId: signedIdOf(match) });
}

/** An empty id would be the same for every delivery. */
function signedIdOf({ id }: SignatureMatch): string | undefined {
  return id === '' ? undefined : id;
}

function refuse(reason: string): Settled {
  return new Settled('unauthenticated', { reason });
}

function findAccount(raw: RawDelivery, policy: SignaturePolicy): MaybePromise<Account | Settled> {
  const { secret } = policy;
  if (typeof secret !== 'function') return { tenant: undefined, secrets: secret };
  const found = recovered<unknown, Settled>(
    () => {
      const answer: unknown = secret({ headers: raw.headers, params: raw.params });
      return withinMs(answer, policy.answerTimeoutMs, 'The secret function');
    },
    (error) => new Settled('unavailable', { reason: 'The secret function failed.', cause: error }),
  );
  return whenReady(found, (answer) => (answer instanceof Settled ? answer : accountOf(answer as TenantSecret)));
}

/** What the `secret` function returned is checked anew each time: it comes from somebody's database. */
function accountOf(answer: TenantSecret | undefined): Account | Settled {
  if (answer === undefined || answer === null) return refuse('The secret function knows no such tenant.');
  const { tenant, secret } = answer;
  if (typeof tenant !== 'string' || tenant === '') return refuse('The secret function returned no tenant name.');
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  const usable = secrets.filter((each): each is string => flawOfSecret(each) === undefined);
  if (usable.length === 0) return refuse(`The secret of tenant ${tenant} is not usable: ${flawOfSecret(secrets[0])}.`);
  return { tenant, secrets: usable };
}

/** Asks somebody's own scheme about one secret after the other. */
function askScheme(
  raw: RawDelivery,
  scheme: SignatureScheme,
  [secret, ...others]: readonly string[],
  timeoutMs: number,
): MaybePromise<SignatureMatch | Settled | undefined> {
  if (secret === undefined) return undefined;
  const answer = recovered<unknown, Settled | undefined>(
    () => {
      const verdict: unknown = scheme.verify({ rawBody: raw.rawBody, headers: raw.headers, secret });
      return withinMs(verdict, timeoutMs, `Scheme ${scheme.name}`);
    },
    (error) => (error instanceof SilenceError ? silent(error) : undefined),
  );
  return whenReady(answer, (found) => {
    if (found instanceof Settled) return found;
    return readVerdict(found, scheme.name) ?? askScheme(raw, scheme, others, timeoutMs);
  });
}

function silent(cause: SilenceError): Settled {
  return new Settled('unavailable', { cause, reason: cause.message });
}

const matchFields = { scheme: 'string', signedAt: 'number', id: 'string', pin: 'string' } satisfies Record<
  keyof SignatureMatch,
  string
>;

/** Only `true` and a match count: a custom scheme that answers `[]` or `{ valid: false }` must not let everybody in. */
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
