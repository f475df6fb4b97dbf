import type { Readable } from 'node:stream';

/** The beginning of a stream, or all of it. */
export interface ReadBytes {
  readonly bytes: Buffer;
  /** Whether the stream ended within the bound. */
  readonly isWhole: boolean;
}

/** Reads up to `mostBytes` of a stream. A longer stream is left open and unread: the caller closes it. */
export async function readAtMost(stream: Readable, mostBytes: number): Promise<ReadBytes> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
    chunks.push(bytes);
    length += bytes.length;
    if (length > mostBytes) return { bytes: Buffer.concat(chunks, mostBytes), isWhole: false };
  }
  return { bytes: Buffer.concat(chunks, length), isWhole: true };
}
