import type { IncomingMessage, ServerResponse } from 'node:http';
import { fieldsOf } from '../../foundations/fields-of';
import { parseTarget } from '../sending/parse-target';
import { signedAnew } from '../sending/signed-anew';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';
import { sendJson, sendText } from './replies';
import { isJson, readJson } from './request-json';
import { sendOn } from './send-on';

const replayTimeoutMs = 30_000;

interface Replaying {
  readonly log: DeliveryLog;
  readonly secret: string | undefined;
}

/** What the page asks for. */
interface Asked {
  readonly target: URL;
  /** Other bytes to send; those that came if there are none. */
  readonly body: Buffer | undefined;
  readonly sign: boolean;
}

/**
 * Sends a delivery to the address in the request's body, `{"url","text","sign"}`, and answers with the app's answer.
 * Without a `text` the bytes are those that came; with `sign` they are signed again.
 */
export async function replay(
  request: IncomingMessage,
  response: ServerResponse,
  logged: LoggedDelivery,
  { log, secret }: Replaying,
): Promise<void> {
  if (!isJson(request)) {
    sendText(response, 415, 'Send application/json.\n');
    return;
  }
  const asked = askedIn(await readJson(request));
  if (typeof asked === 'string') {
    sendText(response, 400, `${asked}\n`);
  } else if (asked.sign && secret === undefined) {
    sendText(response, 400, 'listen has no secret to sign with.\n');
  } else {
    const { target, body, sign } = asked;
    const came = logged.request;
    const signed = sign && secret !== undefined ? signedAnew(came, { secret, body }) : undefined;
    const toSend = { ...came, headers: signed?.headers ?? came.headers, body: body ?? came.body };
    const answer = {
      ...(await sendOn(toSend, target, replayTimeoutMs)),
      ...(body !== undefined && { edited: true as const }),
      ...(signed !== undefined && { signedAgain: true as const }),
      ...(signed?.isGuessed && { schemeIsGuessed: true as const }),
    };
    log.addReplay(logged, answer);
    sendJson(response, 200, answer);
  }
}

/** What the page asks for, or why it cannot be done. */
function askedIn(json: unknown): Asked | string {
  const { url, text, sign } = fieldsOf(json);
  if (text !== undefined && typeof text !== 'string') return 'The text to send must be a string.';
  try {
    const target = parseTarget(typeof url === 'string' ? url : '');
    return { target, body: text === undefined ? undefined : Buffer.from(text, 'utf8'), sign: sign === true };
  } catch (error) {
    return `The address cannot be used: ${(error as Error).message}.`;
  }
}
