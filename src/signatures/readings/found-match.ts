import type { SignatureMatch } from '../../foundations/contracts/signature-scheme';
import type { Digest } from '../mac/digest';
import type { Reading } from './reading';

/** The names of headers, up to `-signature`, that `standardWebhooks()` reads without an option. */
export const usualStems: readonly string[] = ['webhook', 'svix'];

/** A match of one of our own schemes: the reading that matched, and its digest. */
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

  /** The header with the signature, in lower case. */
  get header(): string {
    return this.#reading.header;
  }

  /** The line of configuration that pins it, ready to paste. Defaults are left out. */
  get pin(): string {
    const given = Object.entries(pinOptions(this.#reading, this.#digest)).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: '${value.replace(/[\\']/g, '\\$&')}'`],
    );
    return `signature: ${this.scheme}(${given.length === 0 ? '' : `{ ${given.join(', ')} }`})`;
  }
}

/** The options of the pinned scheme with the same reading; `undefined` means a default. */
function pinOptions(reading: Reading, digest: Digest): Readonly<Record<string, string | undefined>> {
  const { scheme, header, prefix, headerStem, timestampHeader, content } = reading;
  if (scheme === 'standardWebhooks') {
    const isUsual = usualStems.some((stem) => stem === headerStem);
    return { prefix: isUsual ? undefined : headerStem };
  }
  return {
    header,
    algorithm: digest.algorithm === 'sha256' ? undefined : digest.algorithm,
    // A pinned base64 reads either alphabet, since not every digest shows which one it uses.
    encoding: isHex(digest) ? undefined : 'base64',
    prefix: prefix === '' ? undefined : prefix,
    timestampHeader,
    content,
  };
}

function isHex({ encoding }: Digest): boolean {
  return encoding === 'hex';
}
