import { type Encoding, isSame } from './digest';
import type { FoundMatch } from './found-match';
import { quickMac } from './quick-mac';

/** The signature of a request that has one, read in one way: the text, if genuine, is the MAC of the prefix and the body. */
export interface LoneSignature {
  /** As it was written, whatever it is. */
  readonly text: string;
  /** How a MAC would be written there. */
  readonly encoding: Encoding;
  /** What is signed in front of the body; the body alone when empty. */
  readonly signedPrefix: string;
  /** What to say of the request when the signature is genuine, given what it was compared with. */
  match(mac: string): FoundMatch;
}

/**
 * A first look at a request, for the usual case: the MAC, written as the sender writes it, is what stands there. It only
 * ever says yes; whatever it does not accept is searched for by `candidate.ts`, so that no delivery is refused for
 * anything but a MAC of Node's own making. Lists of readings and digests, and decoding them, took 0.5 µs of 8.
 */
export function glance(signature: LoneSignature, rawBody: Buffer, secret: string): FoundMatch | undefined {
  const { text, encoding, signedPrefix } = signature;
  const theirs = places[encoding];
  if (text.length !== theirs.length) return undefined;
  const mac = quickMac(secret, signedPrefix, rawBody, encoding);
  if (mac === undefined) return undefined;
  theirs.write(text, 'latin1');
  // Of a character beyond one byte, the lower one was compared.
  return isSame(mac, theirs) && mac === text ? signature.match(mac) : undefined;
}

/** Where the text of a SHA-256 is laid for the comparison. */
const places: Readonly<Record<Encoding, Buffer>> = {
  hex: Buffer.alloc(64),
  base64: Buffer.alloc(44),
  base64url: Buffer.alloc(43),
};
