const nothing = Buffer.alloc(0);
/** The length of a block that short chunks are copied into; at first they get a shorter one. */
const [shortestBlock, longestBlock] = [1024, 16 * 1024];

/**
 * The part of a body that has arrived. Long chunks are kept as they are, and so is the first, since it is often the only
 * one. Short ones are copied into blocks: a chunk takes far more memory than a few bytes, and a sender may send byte by
 * byte. Blocks are not joined before the end: a buffer that grows leaves its smaller copies to the garbage collector.
 */
export class Chunks {
  bytes = 0;
  #blocks: Buffer[] = [];
  /** The last block, if short chunks are copied into it, and how many bytes of it are filled. */
  #open: Buffer | undefined;
  #filled = 0;

  add(chunk: Buffer): void {
    if (this.bytes === 0 || chunk.length >= longestBlock) this.#keep(chunk);
    else this.#copy(chunk);
    this.bytes += chunk.length;
  }

  /** Hands the body over and drops it: a listener that is still attached must not hold it, too. */
  take(): Buffer {
    this.#closeBlock();
    const [first = nothing, second] = this.#blocks;
    const body = second === undefined ? first : Buffer.concat(this.#blocks, this.bytes);
    this.drop();
    return body;
  }

  /** Drops a body that nobody will read. */
  drop(): void {
    this.#blocks = [];
    this.#open = undefined;
    this.#filled = 0;
  }

  #keep(chunk: Buffer): void {
    this.#closeBlock();
    this.#blocks.push(chunk);
  }

  #copy(chunk: Buffer): void {
    const end = this.#filled + chunk.length;
    if (this.#open === undefined || end > this.#open.length) {
      this.#closeBlock();
      const length = Math.min(Math.max(this.bytes, chunk.length, shortestBlock), longestBlock);
      this.#open = Buffer.allocUnsafeSlow(length);
    }
    this.#filled += chunk.copy(this.#open, this.#filled);
  }

  #closeBlock(): void {
    if (this.#open !== undefined) this.#blocks.push(this.#open.subarray(0, this.#filled));
    this.#open = undefined;
    this.#filled = 0;
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
