import { isWebhookError, type WebhookRequest } from '../../src/index';
import { calm, genuine, notedLog, receiverWith, said } from '../deduplication/kit';

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const requests: readonly (readonly [string, unknown, RegExp])[] = [
  ['nothing', undefined, /^500 BODY_ALREADY_PARSED$/],
  ['null', null, /^500 BODY_ALREADY_PARSED$/],
  ['the body alone', genuine().body, /^500 BODY_ALREADY_PARSED$/],
  ['a list', [genuine()], /^500 BODY_ALREADY_PARSED$/],
  ['a promise of one', Promise.resolve(genuine()), /^500 BODY_ALREADY_PARSED$/],
  ['a method that is no string', { ...genuine(), method: 7 }, /^500 FAILED$/],
  ['headers that cannot be looked at', { ...genuine(), headers: revoked.proxy }, /^500 FAILED$/],
  ['an object of nothing', {}, /^401 UNAUTHENTICATED$/],
  ['a parsed body', { ...genuine(), body: { event: 'notes_created' } }, /^500 BODY_ALREADY_PARSED$/],
  ['another method', { ...genuine(), method: 'get' }, /^405 METHOD_NOT_ALLOWED$/],
];

test.each(requests)('receive answers a request that is %s, and calls no handler', async (_title, request, answer) => {
  const webhooks = receiverWith();
  let runs = 0;
  webhooks.on('*', () => void runs++);
  expect(said(await webhooks.receive(request as WebhookRequest))).toMatch(answer);
  expect(runs).toBe(0);
  expect(said(await webhooks.receive(genuine()))).toBe('200 processed');
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'got undefined.'],
  ['a promise', Promise.resolve(genuine()), 'got a promise. Await it.'],
])('the log says what to pass in place of %s', async (_title, request, got) => {
  const { logger, lines } = notedLog();
  await receiverWith({ logger }).receive(request as WebhookRequest);
  const reason = `Expected { headers, body }, ${got}`;
  const code = 'BODY_ALREADY_PARSED';
  expect(lines).toEqual([expect.objectContaining({ outcome: 'misconfigured', code, reason })]);
});

test('a promise in place of a request that rejects ends no process', async () => {
  const request = Promise.reject<WebhookRequest>(new Error('the stream broke'));
  expect(said(await receiverWith().receive(request as unknown as WebhookRequest))).toBe('500 BODY_ALREADY_PARSED');
  await calm();
});

test.each(requests.filter(([title]) => title !== 'another method' && title !== 'a method that is no string'))(
  'verify rejects a request that is %s with a WebhookError',
  async (_title, request) => {
    const refused = await receiverWith()
      .verify(request as WebhookRequest)
      .catch((error: unknown) => error);
    expect(isWebhookError(refused)).toBe(true);
  },
);
