import { createHmac } from 'node:crypto';
import { pino } from 'pino';
import {
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  memoryStore,
  type NoSchemas,
  type WebhookRequest,
  type WebhookResponse,
} from '../../src';
import { examplePayload } from '../../src/testing';
import { repository } from '../docs/repository';

/** What a sender of webhooks does, written without the code under test, and a receiver with everything it said. */

export const secret = 'hush-hush-2f6d';
export const payload = examplePayload('notes_created');
export const body = JSON.stringify(payload);

/** The receiver's clock stands still here, in milliseconds and in the seconds that senders write. */
export const now = Date.UTC(2026, 4, 4, 12);
export const seconds = String(now / 1000);

interface MacOptions {
  readonly key?: string | Buffer;
  readonly algorithm?: 'sha256' | 'sha512';
  readonly encoding?: 'hex' | 'base64' | 'base64url';
}

export function mac(
  text: string | Buffer,
  { key = secret, algorithm = 'sha256', encoding = 'hex' }: MacOptions = {},
): string {
  return createHmac(algorithm, key).update(text).digest(encoding);
}

/** Headers of a plain signature, of Stripe's, Slack's and Standard Webhooks' form, all over `body`. */
export function plainHeaders(text = body, key = secret): Record<string, string> {
  return { 'x-signature': mac(text, { key }) };
}

export function stripeHeaders(text = body, time = seconds, key = secret): Record<string, string> {
  return { 'stripe-signature': `t=${time},v1=${mac(`${time}.${text}`, { key })}` };
}

export function slackHeaders(text = body, time = seconds): Record<string, string> {
  return { 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${mac(`v0:${time}:${text}`)}` };
}

export function twoHeaders(text = body, time = seconds): Record<string, string> {
  return { 'x-timestamp': time, 'x-signature': mac(`${time}.${text}`) };
}

export function standardHeaders(text = body, time = seconds, key: string | Buffer = secret): Record<string, string> {
  const signature = mac(`msg_1.${time}.${text}`, { key, encoding: 'base64' });
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
}

export interface Handled {
  readonly event: unknown;
  readonly scheme: string;
  readonly tenant: string | undefined;
  readonly key: string;
}

type Options = BigmindWebhooksOptions<NoSchemas, undefined>;

/** A receiver that notes what its handler was called with and every line that it logged. */
export function receiver(options: Options = {}) {
  const handled: Handled[] = [];
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  // A small store: most of the time that a receiver of the usual size takes to make is its memory.
  const deduplicate = { store: memoryStore({ maxKeys: 100 }) };
  const webhooks = bigmindWebhooks({ secret, clock: { now: () => now }, deduplicate, logger, ...options });
  webhooks.on('notes_created', (event, { signature, tenant, key }) => {
    handled.push({ event, scheme: signature.scheme, tenant, key });
  });
  return {
    webhooks,
    handled,
    lines,
    post: (headers: WebhookRequest['headers'], sent: WebhookRequest['body'] = body, params = {}) =>
      webhooks.receive({ headers, body: sent, params }),
    /** What was logged with a message that begins so. */
    logged: (message: string) =>
      lines.map((line) => JSON.parse(line) as Logged).filter(({ msg }) => msg.startsWith(message)),
    /** The reason of the last refusal, which the log alone is told. */
    reason: () => String(lines.map((line) => JSON.parse(line) as Logged).at(-1)?.reason),
  };
}

export type Receiver = ReturnType<typeof receiver>;

interface Logged {
  readonly level: number;
  readonly msg: string;
  readonly pin?: string;
  readonly tenant?: string;
  readonly reason?: string;
}

/** The only answer to a delivery that is not authentic, to the letter. */
export const refusal: WebhookResponse = {
  status: 401,
  headers: { 'content-type': 'application/problem+json; charset=utf-8' },
  body:
    `{"type":"${repository}/blob/main/docs/errors.md#unauthenticated",` +
    '"title":"The delivery is not authentic","status":401,"code":"UNAUTHENTICATED"}',
};

/** Sends, and expects the handler to get the event that was sent. */
export async function expectAccepted(
  to: Receiver,
  headers: WebhookRequest['headers'],
  scheme: string,
  sent = body,
): Promise<void> {
  const before = to.handled.length;
  const reply = await to.post(headers, sent);
  expect({ ...reply, reason: to.reason() }).toMatchObject({ status: 200, body: '{"status":"processed"}' });
  expect(to.handled.slice(before)).toEqual([expect.objectContaining({ event: JSON.parse(sent), scheme })]);
}

/** Sends, and expects the one refusal and no handler call. */
export async function expectRefused(
  to: Receiver,
  headers: WebhookRequest['headers'],
  sent: WebhookRequest['body'] = body,
): Promise<void> {
  const before = to.handled.length;
  expect(await to.post(headers, sent)).toEqual(refusal);
  expect(to.handled).toHaveLength(before);
}
