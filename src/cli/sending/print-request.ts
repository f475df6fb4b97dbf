import { toSavedLine } from '../captured/parse-captured';
import type { Io } from '../io';
import { headersToSend } from './headers-to-send';
import type { Posted } from './poster';

/**
 * Prints a request in place of sending it: as text, or as a saved line. `detect`, `validate` and `replay` read both.
 */
export function printRequest(
  { method = 'POST', headers, body }: Posted,
  url: URL,
  json: boolean,
  { stdout }: Io,
): void {
  const path = url.pathname + url.search;
  if (json) {
    stdout.write(`${toSavedLine({ method, url: path, headers, body, receivedAt: Date.now() })}\n`);
    return;
  }
  const sent = headersToSend({ method, url: path, headers, body });
  const head = [
    `${method} ${path} HTTP/1.1`,
    `host: ${url.host}`,
    ...Object.entries(sent).map(([name, value]) => `${name}: ${value}`),
    // It tells `detect` that the line end after the body is not a part of it.
    `content-length: ${body.length}`,
  ];
  stdout.write(`${head.join('\n')}\n\n${body.toString('utf8')}\n`);
}
