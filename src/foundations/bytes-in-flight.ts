import { Settled } from './delivery';

/** Counts the bytes of bodies that a receiver holds: of uploads, and of deliveries that are not answered yet. */
export class BytesInFlight {
  #held = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get held(): number {
    return this.#held;
  }

  /** Counts more bytes, to be given back once, or returns the refusal of bytes that would be too many. */
  take(bytes: number): Settled | undefined {
    if (this.#held + bytes > this.#most) {
      const reason = `maxBytesInFlight (${this.#most}) is reached: bodies of ${this.#held} bytes are held.`;
      return new Settled('unavailable', { reason });
    }
    this.#held += bytes;
    return undefined;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}
