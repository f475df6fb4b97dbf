import type { WebhookHeaders } from '../foundations/contracts/request';
import type { SignatureMatch, SignatureScheme } from '../foundations/contracts/signature-scheme';
import { markVerified, type RawDelivery, Settled, type VerifiedDelivery } from '../foundations/delivery';
import { type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import { tellsApart } from '../foundations/tells-apart';
import { askCustomScheme } from './ask-custom-scheme';
import { dropStale } from './drop-stale';
import { findAccount } from './find-account';
import type { Account, SignaturePolicy } from './policy';
import { findMatch } from './readings/find-match';
import type { FoundMatch } from './readings/found-match';
import { type ReadHeaders, readerOf } from './readings/header-reader';
import { describeMismatch, describeMissing, describeStale, describeThrown, refuse } from './refusal';

/**
 * The only way for a request to become a verified delivery. `refuseUnsigned` comes before it, where the bytes begin to be
 * read: a stranger without a signature must cost neither memory nor a query for the account.
 */
export function verifySignature(raw: RawDelivery, policy: SignaturePolicy): MaybePromise<VerifiedDelivery | Settled> {
  const thrown = new Set<string>();
  return whenReady(findAccount(raw, policy), (account) => {
    if (account instanceof Settled) return account;
    const { scheme } = policy;
    if (scheme === undefined) {
      return account.refusal === undefined ? mint(raw, account.tenant, 'none', {}) : refuse(account.refusal);
    }
    // Looked up for each delivery, since a test or an instrumentation may replace our verify().
    const read = readerOf(scheme);
    const match =
      read === undefined
        ? askCustomScheme(raw, scheme, account.secrets, policy.answerTimeoutMs, (what) => thrown.add(what))
        : findSigner(raw, read, account.secrets, policy.toleranceMs);
    return whenReady(match, (found) => {
      // For an unknown tenant, too: it must cost what a wrong signature costs.
      const settled = found ?? refuseMismatch(raw, account, scheme, policy, thrown);
      const isOutage = settled instanceof Settled && settled.outcome !== 'unauthenticated';
      if (account.refusal !== undefined && !isOutage) return refuse(account.refusal);
      return settled instanceof Settled ? settled : accept(raw, account, scheme, settled, policy);
    });
  });
}

function refuseMismatch(
  raw: RawDelivery,
  account: Account,
  scheme: SignatureScheme,
  policy: SignaturePolicy,
  thrown: ReadonlySet<string>,
): Settled {
  const reasons: string[] = [];
  // The scheme was asked when the request came. It is asked again for its errors, which only a refusal needs.
  maySign(scheme, raw.headers, (what) => reasons.push(what));
  const mismatch = describeMismatch(scheme, raw.headers, policy.mismatches.explain(raw, account));
  return refuse([...reasons, ...thrown, mismatch].join(' '));
}

/** Makes a verified delivery from a match with a fresh timestamp. */
function accept(
  raw: RawDelivery,
  account: Account,
  scheme: SignatureScheme,
  found: SignatureMatch,
  policy: SignaturePolicy,
): VerifiedDelivery | Settled {
  const ahead = (found.signedAt ?? raw.receivedAt) - raw.receivedAt;
  if (!(Math.abs(ahead) <= policy.toleranceMs)) return refuse(describeStale(ahead, policy.toleranceMs));
  policy.mismatches.remember(account);
  const { tenant } = account;
  return mint(raw, tenant, found.scheme ?? scheme.name, found, policy.announcementOf({ raw, tenant }, found));
}

/** The match of one of our own schemes. It reads the headers once and tries one secret after the other. */
function findSigner(
  raw: RawDelivery,
  read: ReadHeaders,
  secrets: readonly string[],
  toleranceMs: number,
): FoundMatch | Settled | undefined {
  const readings = dropStale(read(raw.headers), raw.receivedAt, toleranceMs);
  if (readings instanceof Settled) return readings;
  for (const secret of secrets) {
    const found = findMatch(readings, raw.rawBody, secret);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * For a delivery that was verified when it came, and then kept in a queue's job or in the journal. Only we write there. The
 * signature is not kept, and its timestamp would be stale.
 */
export function verifiedEarlier(raw: RawDelivery, tenant: string | undefined, scheme: string): VerifiedDelivery {
  return mint(raw, tenant, scheme, {});
}

/** Refuses an unsigned request by its headers alone, so that its body need not be read. */
export function refuseUnsigned(headers: WebhookHeaders, { scheme }: SignaturePolicy): Settled | undefined {
  if (scheme === undefined || maySign(scheme, headers)) return undefined;
  return refuse(describeMissing(scheme, headers));
}

/** If the `maySign` of a user's scheme throws, its `verify` decides. */
function maySign(
  scheme: SignatureScheme,
  headers: WebhookHeaders,
  onThrown: (what: string) => void = () => undefined,
): boolean {
  if (scheme.maySign === undefined) return true;
  const may = recovered(
    () => scheme.maySign?.(headers),
    (error) => {
      onThrown(describeThrown(scheme, 'maySign', error));
      return true;
    },
  );
  return Boolean(may);
}

function mint(
  raw: RawDelivery,
  tenant: string | undefined,
  scheme: string,
  match: SignatureMatch,
  announceScheme?: () => void,
): VerifiedDelivery {
  return markVerified({ raw, tenant, scheme, signedId: signedIdOf(match), announceScheme });
}

/** An id that a missing field became would be the same for every delivery. */
function signedIdOf({ id }: SignatureMatch): string | undefined {
  return id === undefined || !tellsApart(id) ? undefined : id;
}
