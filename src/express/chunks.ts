import type { BodyMemory } from './body-memory';

const nothing = Buffer.alloc(0);
/** The length of a block that short chunks are copied into; at first they get a shorter one. */
const [shortestBlock, longestBlock] = [1024, 16 * 1024];
/** Longer bodies come to `BodyMemory`. */
const mostInBlocks = 128 * 1024;

/**
 * The part of a body that has arrived. Long chunks are kept as they are, and so is the first, since it is often the only
 * one. Short ones are copied into blocks: a chunk takes far more memory than a few bytes, and a sender may send byte by
 * byte. Blocks are not joined before the end: a buffer that grows leaves its smaller copies to the garbage collector.
 * The collector would also keep a long body for seconds after its refusal: that is copied to memory that needs none.
 */
export class Chunks {
  bytes = 0;
  readonly #memory: BodyMemory;
  readonly #announced: number;
  #blocks: Buffer[] = [];
  /** The last block, if short chunks are copied into it, and how many bytes of it are filled. */
  #open: Buffer | undefined;
  #filled = 0;
  #long: Uint8Array<ArrayBuffer> | undefined;

  /** `announced` is the length that the sender promised, if it did. */
  constructor(memory: BodyMemory, announced = 0) {
    this.#memory = memory;
    this.#announced = announced;
  }

  add(chunk: Buffer): void {
    const before = this.bytes;
    this.bytes += chunk.length;
    // A promise alone takes no memory.
    const isLong = this.bytes > longestBlock && Math.max(this.bytes, this.#announced) > mostInBlocks;
    if (isLong) this.#addToLong(chunk, before);
    else if (chunk.length >= longestBlock || (before === 0 && isMostOfItsBuffer(chunk))) this.#keep(chunk);
    else this.#copy(chunk, before);
  }

  /** Hands the body over and drops it: a listener that is still attached must not hold it, too. */
  take(): Buffer {
    const body = this.#long === undefined ? this.#joinBlocks() : copyOf(this.#long.subarray(0, this.bytes));
    this.drop();
    return body;
  }

  /** Drops a body that nobody will read. */
  drop(): void {
    this.#dropBlocks();
    if (this.#long !== undefined) this.#memory.give(this.#long);
    this.#long = undefined;
  }

  #addToLong(chunk: Buffer, at: number): void {
    if (this.#long === undefined) {
      this.#long = this.#memory.take(this.bytes);
      this.#long.set(this.#joinBlocks());
      this.#dropBlocks();
    } else this.#memory.grow(this.#long, this.bytes);
    this.#long.set(chunk, at);
  }

  #joinBlocks(): Buffer {
    this.#closeBlock();
    const [first = nothing, second] = this.#blocks;
    return second === undefined ? first : Buffer.concat(this.#blocks);
  }

  #dropBlocks(): void {
    this.#blocks = [];
    this.#open = undefined;
    this.#filled = 0;
  }

  #keep(chunk: Buffer): void {
    this.#closeBlock();
    this.#blocks.push(chunk);
  }

  #copy(chunk: Buffer, before: number): void {
    const end = this.#filled + chunk.length;
    if (this.#open === undefined || end > this.#open.length) {
      this.#closeBlock();
      const length = Math.min(Math.max(before, chunk.length, shortestBlock), longestBlock);
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

/** A chunk of HTTP/2 is a part of all that Node read at once, and would hold it. */
function isMostOfItsBuffer({ length, buffer }: Buffer): boolean {
  return 2 * length >= buffer.byteLength;
}

function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
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
