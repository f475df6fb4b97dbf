const nothing = Buffer.alloc(0);
const smallest = 1024;

/**
 * The part of a body that has arrived. The first chunk is kept as it is, since it is often the only one. More are copied
 * into one buffer that grows: a chunk takes far more memory than a few bytes, and a sender may send byte by byte.
 */
export class Chunks {
  bytes = 0;
  #buffer: Buffer = nothing;
  readonly #expected: number;

  /** `expected` is the announced length of the body, or the most that it may have. Not allocated before bytes come. */
  constructor(expected: number) {
    this.#expected = expected;
  }

  add(chunk: Buffer): void {
    const end = this.bytes + chunk.length;
    if (this.bytes === 0) this.#buffer = chunk;
    else {
      if (end > this.#buffer.length) this.#grow(end);
      chunk.copy(this.#buffer, this.bytes);
    }
    this.bytes = end;
  }

  /** Hands the body over and drops it: a listener that is still attached must not hold it, too. */
  take(): Buffer {
    const buffer = this.#buffer;
    this.#buffer = nothing;
    const body = buffer.length === this.bytes ? buffer : buffer.subarray(0, this.bytes);
    // The rest of a buffer is held as long as the body in it.
    return buffer.length - this.bytes > this.bytes / 8 ? Buffer.from(body) : body;
  }

  /** Drops a body that nobody will read. */
  drop(): void {
    this.#buffer = nothing;
  }

  #grow(needed: number): void {
    const doubled = Math.max(2 * this.#buffer.length, needed, smallest);
    const grown = Buffer.allocUnsafeSlow(needed > this.#expected ? doubled : Math.min(doubled, this.#expected));
    this.#buffer.copy(grown, 0, 0, this.bytes);
    this.#buffer = grown;
  }
}

/** Stands for `Chunks` where somebody else collects the body: it only counts. */
export class CountedChunks {
  bytes = 0;

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
  }

  take(): Buffer {
    return nothing;
  }

  drop(): void {}
}
