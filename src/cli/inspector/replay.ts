import type { IncomingMessage, ServerResponse } from 'node:http';
import { fieldsOf } from '../../foundations/fields-of';
import { jsonIn } from '../json-in';
import { readAtMost } from '../read-at-most';
import { parseTarget } from '../sending/target';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';
import { sendJson, sendText } from './replies';
import { sendOn } from './send-on';

const replayTimeoutMs = 30_000;
const mostBytes = 16 * 1024;

/**
 * Sends a delivery to the address in the request's body, `{"url"}`, and answers with the app's answer.
 */
export async function replay(
  request: IncomingMessage,
  response: ServerResponse,
  logged: LoggedDelivery,
  log: DeliveryLog,
): Promise<void> {
  const target = isJson(request) ? targetOf(await readJson(request)) : undefined;
  if (target === undefined) {
    sendText(response, 415, 'Send application/json.\n');
  } else if (target instanceof URL) {
    const answer = await sendOn(logged.request, target, replayTimeoutMs);
    log.addReplay(logged, answer);
    sendJson(response, 200, answer);
  } else {
    sendText(response, 400, `The address cannot be used: ${target}.\n`);
  }
}

/** Only JSON is taken: for that, the browser of a foreign page asks us first (CORS), and we do not consent. */
export function isJson({ headers }: IncomingMessage): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase() === 'application/json';
}

/** The JSON that the page sent; `undefined` for anything else. Rejects if the page goes away. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const { bytes, isWhole } = await readAtMost(request, mostBytes);
  return isWhole ? jsonIn(bytes.toString('utf8'))?.value : undefined;
}

/** The address to send to, or why there is none. */
function targetOf(asked: unknown): URL | string {
  const { url } = fieldsOf(asked);
  try {
    return parseTarget(typeof url === 'string' ? url : '');
  } catch (error) {
    return (error as Error).message;
  }
}
