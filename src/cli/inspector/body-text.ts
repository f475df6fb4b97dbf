import { isUtf8 } from 'node:buffer';

/**
 * A body as text, or some of it from its beginning, without a byte order mark and without the half of a character at the end;
 * `undefined` if the body is not UTF-8.
 */
export function bodyText(body: Buffer, some = body): string | undefined {
  return isUtf8(body) ? new TextDecoder().decode(some, { stream: true }) : undefined;
}
