import type { SignatureMatch, SignatureScheme } from '../foundations/contracts/signature-scheme';
import { markVerified, type RawDelivery, Settled, type VerifiedDelivery } from '../foundations/delivery';
import { type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import { askCustomScheme } from './ask-custom-scheme';
import { type Account, findAccount } from './find-account';
import type { SignaturePolicy } from './policy';
import { findMatch } from './readings/find-match';
import type { FoundMatch } from './readings/found-match';
import { type ReadHeaders, readerOf } from './readings/header-reader';
import { describeMismatch, describeMissing, describeStale, refuse } from './refusal';

/** The one way for a request to become a verified delivery. */
export function verifySignature(raw: RawDelivery, policy: SignaturePolicy): MaybePromise<VerifiedDelivery | Settled> {
  return whenReady(findAccount(raw, policy), (account) => {
    if (account instanceof Settled) return account;
    const { scheme } = policy;
    if (scheme === undefined) return mint(raw, account.tenant, 'none', {});
    // Asked for each delivery, since a test or an instrumentation may put another verify() in the place of ours.
    const read = readerOf(scheme);
    if (read !== undefined) return accept(raw, account, scheme, findSigner(raw, read, account.secrets), policy);
    const match = askCustomScheme(raw, scheme, account.secrets, policy.answerTimeoutMs);
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
function findSigner(raw: RawDelivery, read: ReadHeaders, secrets: readonly string[]): FoundMatch | undefined {
  const readings = read(raw.headers);
  for (const secret of secrets) {
    const found = findMatch(readings, raw.rawBody, secret);
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
