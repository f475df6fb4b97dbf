import type { SignatureMatch } from '../contracts';
import { type Digest, macOf, sameDigest } from './digest';
import { decodeSecret } from './secret-text';

/** One reading of a request's headers: these digests, if genuine, are the MAC of this prefix and the body. */
export interface Candidate {
  readonly digests: readonly Digest[];
  /** What is signed in front of the body; the body alone when empty. */
  readonly signedPrefix: string;
  /** Whether the secret may be base64 whose bytes are the key, as in Standard Webhooks. */
  readonly decodesSecret: boolean;
  /** What to say of the request when this reading is right. */
  match(digest: Digest): SignatureMatch;
}

/** How many MACs one request and secret may cost, whatever its headers hold. */
const macBudget = 8;

/** The first candidate that `secret` signs. */
export function firstMatch(
  candidates: readonly Candidate[],
  rawBody: Buffer,
  secret: string,
): SignatureMatch | undefined {
  const macs = new Map<string, string>();
  for (const candidate of candidates) {
    for (const digest of candidate.digests) {
      for (const key of candidate.decodesSecret ? keysOf(secret) : [secret]) {
        const name = `${digest.algorithm} ${typeof key} ${candidate.signedPrefix}`;
        let mac = macs.get(name);
        if (mac === undefined) {
          if (macs.size === macBudget) return undefined;
          mac = macOf(digest.algorithm, key, candidate.signedPrefix, rawBody);
          macs.set(name, mac);
        }
        if (sameDigest(mac, digest.hex)) return candidate.match(digest);
      }
    }
  }
  return undefined;
}

/** The decoded key first: it is what the senders' libraries use. */
function keysOf(secret: string): readonly (string | Buffer)[] {
  const decoded = decodeSecret(secret);
  return decoded === undefined ? [secret] : [decoded, secret];
}
