import type { IncomingMessage } from 'node:http';
import { jsonIn } from '../json-in';
import { readAtMost } from '../read-at-most';

/** The longest request of the page, in bytes: an edited payload, with the escapes of JSON. */
const mostBytes = 1024 * 1024;

/** Only JSON is taken: for that, the browser of a foreign page asks us first (CORS), and we do not consent. */
export function isJson({ headers }: IncomingMessage): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase() === 'application/json';
}

/** The JSON that the page sent; `undefined` for anything else. Rejects if the page goes away. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const { bytes, isWhole } = await readAtMost(request, mostBytes);
  return isWhole ? jsonIn(bytes.toString('utf8'))?.value : undefined;
}
