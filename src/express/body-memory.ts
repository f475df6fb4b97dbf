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
  readonly #spare: ArrayBuffer[] = [];

  /** `limit` is the length of the longest body. Each body takes addresses for so much, and memory for its bytes. */
  constructor(limit: number) {
    this.#longest = Math.min(limit, longest);
  }

  /** Memory for so many bytes at least, perhaps with those of another body in it. */
  take(bytes: number): ArrayBuffer {
    const memory = this.#spare.pop() ?? new ArrayBuffer(0, { maxByteLength: this.#longest });
    this.grow(memory, bytes);
    return memory;
  }

  /** Without a copy. */
  grow(memory: ArrayBuffer, bytes: number): void {
    if (bytes > memory.byteLength) memory.resize(Math.min(Math.ceil(bytes / step) * step, this.#longest));
  }

  give(memory: ArrayBuffer): void {
    if (memory.byteLength <= longestSpare && this.#spare.length < mostSpare) this.#spare.push(memory);
    else memory.resize(0);
  }
}
