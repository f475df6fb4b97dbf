import type { IncomingMessage, ServerResponse } from 'node:http';
import { examplePayload, signDelivery } from '../../testing';
import { sendText } from './replies';
import { isJson } from './request-json';
import { sendOn } from './send-on';

const exampleTimeoutMs = 10_000;

interface Receiver {
  /** The address that deliveries are sent to. */
  readonly receiver: string;
  readonly secret: string | undefined;
}

/** Sends a signed example to the receiver. Without a secret, any signature does. */
export async function sendExample(
  request: IncomingMessage,
  response: ServerResponse,
  { secret = 'no secret is checked', receiver }: Receiver,
): Promise<void> {
  if (!isJson(request)) {
    sendText(response, 415, 'Send application/json.\n');
    return;
  }
  const signed = signDelivery({ payload: examplePayload('notes_created'), secret });
  const url = new URL(receiver);
  const example = {
    method: 'POST',
    url: url.pathname,
    headers: signed.headers,
    body: Buffer.from(signed.body, 'utf8'),
  };
  const { error } = await sendOn(example, url, exampleTimeoutMs);
  sendText(response, error === undefined ? 200 : 502, `${error ?? 'Sent.'}\n`);
}
