import type { SignatureMatch } from '../contracts';
import { pinLine } from './pin-line';

/** The options of a pinned scheme that would find the same; what is a default is `undefined`. */
export type PinOptions = Readonly<Record<string, string | undefined>>;

/** A match of one of our own schemes. Its pin line is worked out when it is read: that is once, for the log. */
export class FoundMatch implements SignatureMatch {
  readonly scheme: string;
  readonly signedAt: number | undefined;
  readonly id: string | undefined;
  readonly #options: PinOptions;

  constructor(scheme: string, options: PinOptions, signedAt?: number, id?: string) {
    this.scheme = scheme;
    this.signedAt = signedAt;
    this.id = id;
    this.#options = options;
  }

  get pin(): string {
    return pinLine(this.scheme, this.#options);
  }

  withoutId(): FoundMatch {
    return this.id === undefined ? this : new FoundMatch(this.scheme, this.#options, this.signedAt);
  }

  /** Whether both would be pinned alike, without spelling the line out. */
  pinsLike(other: FoundMatch): boolean {
    if (this.scheme !== other.scheme) return false;
    for (const name in this.#options) {
      if (this.#options[name] !== other.#options[name]) return false;
    }
    return true;
  }
}
