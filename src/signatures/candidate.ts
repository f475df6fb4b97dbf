import { type Algorithm, type Digest, isSame, macOf } from './digest';
import type { FoundMatch } from './found-match';
import { decodeSecret } from './secret-text';

/** One reading of a request's headers: these digests, if genuine, are the MAC of this prefix and the body. */
export interface Candidate {
  readonly digests: readonly Digest[];
  /** What is signed in front of the body; the body alone when empty. */
  readonly signedPrefix: string;
  /** Whether the secret may be base64 whose bytes are the key, as in Standard Webhooks. */
  readonly decodesSecret: boolean;
  /** What to say of the request when this reading is right. */
  match(digest: Digest): FoundMatch;
}

/** The digest of a request that has one, which is read in one way and is compared with one MAC. */
function usualDigest(candidates: readonly Candidate[]): Digest | undefined {
  const candidate = candidates[0];
  if (candidates.length !== 1 || candidate === undefined || candidate.decodesSecret) return undefined;
  return candidate.digests.length === 1 ? candidate.digests[0] : undefined;
}

/** How many MACs one request and secret may cost, whatever its headers hold. */
const macBudget = 8;

/** How many signatures are compared with them: hundreds of headers must not cost more than the MACs do. */
const comparisonBudget = 64;

/** The first candidate that `secret` signs. The usual request needs no list of MACs, which took half a microsecond. */
export function firstMatch(candidates: readonly Candidate[], rawBody: Buffer, secret: string): FoundMatch | undefined {
  const candidate = candidates[0];
  const digest = usualDigest(candidates);
  if (candidate === undefined || digest === undefined) return search(candidates, rawBody, secret);
  const mac = macOf(digest.algorithm, secret, candidate.signedPrefix, rawBody);
  return isSame(mac, digest.bytes) ? candidate.match(digest) : undefined;
}

function search(candidates: readonly Candidate[], rawBody: Buffer, secret: string): FoundMatch | undefined {
  const macs: Mac[] = [];
  let comparisons = 0;
  for (const candidate of candidates) {
    const keys = candidate.decodesSecret ? keysOf(secret) : [secret];
    for (const digest of candidate.digests) {
      for (const key of keys) {
        const mac = findMac(macs, digest.algorithm, key, candidate.signedPrefix, rawBody);
        comparisons += 1;
        if (mac === undefined || comparisons > comparisonBudget) return undefined;
        if (isSame(mac, digest.bytes)) return candidate.match(digest);
      }
    }
  }
  return undefined;
}

/** A MAC that was worked out for this request, and what it is of. */
interface Mac {
  readonly algorithm: Algorithm;
  readonly key: string | Buffer;
  readonly signedPrefix: string;
  /** A character for each byte. */
  readonly bytes: string;
}

/** The MAC, worked out once a request; `undefined` when the budget is spent. */
function findMac(
  macs: Mac[],
  algorithm: Algorithm,
  key: string | Buffer,
  signedPrefix: string,
  rawBody: Buffer,
): string | undefined {
  for (const mac of macs) {
    // A secret has two keys at most, so their kinds tell them apart.
    const sameKey = typeof mac.key === typeof key;
    if (sameKey && mac.algorithm === algorithm && mac.signedPrefix === signedPrefix) return mac.bytes;
  }
  if (macs.length === macBudget) return undefined;
  const bytes = macOf(algorithm, key, signedPrefix, rawBody);
  macs.push({ algorithm, key, signedPrefix, bytes });
  return bytes;
}

/** The decoded key first: it is what the senders' libraries use. */
function keysOf(secret: string): readonly (string | Buffer)[] {
  const decoded = decodeSecret(secret);
  return decoded === undefined ? [secret] : [decoded, secret];
}
