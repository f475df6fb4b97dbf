/** Memory grows by steps of this many bytes. */
const step = 64 * 1024;
/** Some that is not long is kept for the next bodies: what comes from the system is slow when it is used first. */
const [mostSpare, longestSpare] = [32, 256 * 1024];
/** For a `limit` that no system has addresses for. */
const longest = 2 ** 32;

/**
 * Memory for long bodies while they arrive. It goes back to the system as soon as it is given back. That of an ordinary
 * buffer waits for the garbage collector, and leaves holes that the process keeps.
 */
export class BodyMemory {
  readonly #longest: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /** `limit` is the length of the longest body. Each body takes addresses for so much, and memory for its bytes. */
  constructor(limit: number) {
    this.#longest = Math.min(limit, longest);
  }

  /** Memory for so many bytes at least, perhaps with those of another body in it. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const memory = this.#spare.pop() ?? new Uint8Array(new ArrayBuffer(0, { maxByteLength: this.#longest }));
    this.grow(memory, bytes);
    return memory;
  }

  /** Without a copy: an array over all of a buffer grows with it. */
  grow({ buffer }: Uint8Array<ArrayBuffer>, bytes: number): void {
    if (bytes > buffer.byteLength) buffer.resize(Math.min(Math.ceil(bytes / step) * step, this.#longest));
  }

  give(memory: Uint8Array<ArrayBuffer>): void {
    if (memory.length <= longestSpare && this.#spare.length < mostSpare) this.#spare.push(memory);
    else memory.buffer.resize(0);
  }
}
