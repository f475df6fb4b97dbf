const smallBytes = 1024;
const mostSmall = 1024;

/**
 * What has come of a body. Small chunks are copied together as they come: a Buffer takes far more memory than the few
 * bytes in it, and a sender may send byte by byte.
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

  /** Hands them over: a listener that nobody took off must not hold them as well. */
  takeJoined(): Buffer {
    this.#flush();
    const whole = this.#whole;
    this.#whole = [];
    const [first] = whole;
    return whole.length === 1 && first !== undefined ? first : Buffer.concat(whole, this.bytes);
  }

  /** Lets go of them: nobody is going to ask. */
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
