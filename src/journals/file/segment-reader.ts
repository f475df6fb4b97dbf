import type { FileHandle } from 'node:fs/promises';
import type { Folder } from './folder';
import { isWhole, readHead } from './line';
import type { Segment } from './segment';
import { keyWords } from './segment-index';
import type { Located } from './segments';

const blockLength = 256 * 1024;

interface Block {
  readonly start: number;
  readonly bytes: Buffer;
}

/** The lines moved while they were read: the index has new places for them. */
export class MovedError extends Error {
  override readonly name = 'MovedError';
}

/**
 * Reads lines by their places, from one segment at a time. It holds the last two blocks, so that neighbours are read
 * together in either order, an entry and its end too.
 */
export class SegmentReader {
  readonly #folder: Folder;
  #segment: Segment | undefined;
  #version = 0;
  #file: FileHandle | undefined;
  #blocks: readonly Block[] = [];

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /**
   * The line of an entry; `undefined` if it is not as it was written, or not where the index says.
   *
   * @throws MovedError
   */
  async entry({ segment, number, place }: Located): Promise<Buffer | undefined> {
    const key = segment.index.keyOf(number);
    const line = await this.line(segment, place.offset, place.length);
    const head = line && readHead(line);
    const words = head?.kind === 'entry' ? keyWords(head.key) : undefined;
    return words?.every((word, at) => word === key[at]) === true ? line : undefined;
  }

  /**
   * The bytes of a line, without its line end; `undefined` if they are not as they were written.
   *
   * @throws MovedError
   */
  async line(segment: Segment, offset: number, length: number): Promise<Buffer | undefined> {
    const { version } = segment;
    try {
      if (this.#segment !== segment || this.#version !== version) await this.#open(segment);
      const line = await this.#read(offset, length);
      if (segment.version !== version) throw new MovedError();
      return isWhole(line) ? line : undefined;
    } catch (error) {
      throw segment.version === version ? error : new MovedError();
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#segment = undefined;
    this.#blocks = [];
    await file?.close();
  }

  async #open(segment: Segment): Promise<void> {
    await this.close();
    const { version } = segment;
    this.#file = await this.#folder.open(segment.name);
    this.#segment = segment;
    this.#version = version;
  }

  async #read(offset: number, length: number): Promise<Buffer> {
    const held = this.#blocks.find(({ start, bytes }) => start <= offset && offset + length <= start + bytes.length);
    const block = held ?? (await this.#readBlock(offset, length));
    // The one used last stays longest.
    this.#blocks = [block, ...this.#blocks.filter((one) => one !== block)].slice(0, 2);
    return block.bytes.subarray(offset - block.start, offset - block.start + length);
  }

  async #readBlock(offset: number, length: number): Promise<Block> {
    const start = offset - (offset % blockLength);
    const bytes = Buffer.allocUnsafe(Math.max(blockLength, offset + length - start));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = (await this.#file?.read(bytes, filled, bytes.length - filled, start + filled)) ?? {};
      if (!bytesRead) break;
      filled += bytesRead;
    }
    return { start, bytes: bytes.subarray(0, filled) };
  }
}
