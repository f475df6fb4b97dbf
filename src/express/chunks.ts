const smallBytes = 1024;
const mostSmall = 1024;

/**
 * The part of a body that has arrived. Small chunks are joined early: a Buffer takes far more memory than a few bytes,
 * and a sender may send byte by byte.
 */
export class Chunks {
  bytes = 0;
  #whole: Buffer[] = [];
  #small: Buffer[] = [];

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#small.push(chunk);
    if (chunk.length > smallBytes || this.#small.length === mostSmall) this.#flush();
  }

  /** Joins the chunks and drops them: a listener that is still attached must not hold them, too. */
  takeJoined(): Buffer {
    this.#flush();
    const whole = this.#whole;
    this.#whole = [];
    const [first] = whole;
    return whole.length === 1 && first !== undefined ? first : Buffer.concat(whole, this.bytes);
  }

  /** Drops the chunks of a body that nobody will read. */
  drop(): void {
    this.#whole = [];
    this.#small = [];
  }

  #flush(): void {
    const [only] = this.#small;
    if (only === undefined) return;
    this.#whole.push(this.#small.length === 1 ? only : Buffer.concat(this.#small));
    this.#small = [];
  }
}
