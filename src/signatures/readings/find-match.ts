import type { Algorithm } from '../mac/digest';
import { isSame, macOf } from '../mac/mac';
import { secretKeyOf } from '../mac/secret-key';
import { FoundMatch } from './found-match';
import { beginsLikeSignedText } from './header-grammar';
import type { Reading } from './reading';

/** How many MACs are computed for one request and secret, whatever its headers hold. */
const macBudget = 3;

/** How many digests are compared with them: hundreds of headers must not cost more than the MACs. */
const comparisonBudget = 64;

/** The first reading that `secret` signs. */
export function findMatch(readings: readonly Reading[], rawBody: Buffer, secret: string): FoundMatch | undefined {
  const macs: Mac[] = [];
  let comparisons = 0;
  for (const reading of readings) {
    if (reading.refusesSignedText && beginsLikeSignedText(rawBody)) continue;
    const keys = reading.decodesSecret ? keysOf(secret) : [secret];
    for (const digest of reading.digests) {
      for (const key of keys) {
        comparisons += 1;
        if (comparisons > comparisonBudget) return undefined;
        const mac = macOnce(macs, digest.algorithm, key, reading.signedPrefix, rawBody);
        if (mac !== undefined && isSame(mac, digest.bytes)) return new FoundMatch(reading, digest);
      }
    }
  }
  return undefined;
}

/** A MAC that was computed for this request, and its input. */
interface Mac {
  readonly algorithm: Algorithm;
  readonly key: string | Buffer;
  readonly signedPrefix: string;
  readonly bytes: Buffer;
}

/** The MAC, computed once for each request; `undefined` if the budget is spent. */
function macOnce(
  macs: Mac[],
  algorithm: Algorithm,
  key: string | Buffer,
  signedPrefix: string,
  rawBody: Buffer,
): Buffer | undefined {
  for (const mac of macs) {
    // A secret has at most two keys, a string and a Buffer, so their types tell them apart.
    const sameKey = typeof mac.key === typeof key;
    if (sameKey && mac.algorithm === algorithm && mac.signedPrefix === signedPrefix) return mac.bytes;
  }
  if (macs.length === macBudget) return undefined;
  const bytes = macOf(algorithm, key, signedPrefix, rawBody);
  macs.push({ algorithm, key, signedPrefix, bytes });
  return bytes;
}

/** The keys of a secret. The decoded one comes first: the senders' libraries use it. */
function keysOf(secret: string): readonly (string | Buffer)[] {
  const decoded = secretKeyOf(secret);
  return decoded === undefined ? [secret] : [decoded, secret];
}
