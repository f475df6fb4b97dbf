import { isAnyArrayBuffer } from 'node:util/types';

/** The bytes of a body, not copied; `undefined` for what has none. A text stands for its UTF-8. */
export function bytesOf(body: unknown): Buffer | undefined {
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (Buffer.isBuffer(body)) return body;
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return isAnyArrayBuffer(body) ? Buffer.from(body) : undefined;
}
