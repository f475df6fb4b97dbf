import type { SignatureMatch } from '../../foundations/contracts/signature-scheme';
import type { Digest } from '../mac/digest';
import type { Reading } from './reading';

/** What reads headers as Standard Webhooks does without an option. */
export const usualPrefixes: readonly string[] = ['webhook', 'svix'];

/** A match of one of our own schemes: the reading that was right, and the digest in it. */
export class FoundMatch implements SignatureMatch {
  readonly scheme: string;
  readonly signedAt: number | undefined;
  readonly id: string | undefined;
  readonly #reading: Reading;
  readonly #digest: Digest;

  constructor(reading: Reading, digest: Digest) {
    this.scheme = reading.scheme;
    this.signedAt = reading.signedAt;
    this.id = reading.id;
    this.#reading = reading;
    this.#digest = digest;
  }

  /** The line of configuration that pins it, ready to paste. What is a default is left out. */
  get pin(): string {
    const given = Object.entries(pinOptions(this.#reading, this.#digest)).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: '${value.replace(/[\\']/g, '\\$&')}'`],
    );
    return `signature: ${this.scheme}(${given.length === 0 ? '' : `{ ${given.join(', ')} }`})`;
  }

  /** Whether both would be pinned alike, without writing the line. */
  pinsLike(other: FoundMatch): boolean {
    const [ours, theirs] = [this.#reading, other.#reading];
    return (
      ours.scheme === theirs.scheme &&
      ours.header === theirs.header &&
      ours.prefix === theirs.prefix &&
      ours.timestampHeader === theirs.timestampHeader &&
      ours.content === theirs.content &&
      this.#digest.algorithm === other.#digest.algorithm &&
      isHex(this.#digest) === isHex(other.#digest)
    );
  }
}

/** The options of the pinned scheme that would find the same; `undefined` stands for a default. */
function pinOptions(reading: Reading, digest: Digest): Readonly<Record<string, string | undefined>> {
  const { scheme, header, prefix, timestampHeader, content } = reading;
  if (scheme === 'standardWebhooks') return { prefix: usualPrefixes.includes(prefix) ? undefined : prefix };
  return {
    header,
    algorithm: digest.algorithm === 'sha256' ? undefined : digest.algorithm,
    // A pinned base64 reads either alphabet. Whether a digest shows which one it is in differs from delivery to delivery.
    encoding: isHex(digest) ? undefined : 'base64',
    prefix: prefix === '' ? undefined : prefix,
    timestampHeader,
    content,
  };
}

function isHex({ encoding }: Digest): boolean {
  return encoding === 'hex';
}
