import { createHmac } from 'node:crypto';
import { WebhookError } from '../../src/foundations/errors';
import { type BigmindWebhooksOptions, hmac, isWebhookError, type NoSchemas } from '../../src/index';
import { ArrayQueue } from '../queueing/array-queue';
import { genuine, notedLog, noting } from './receiver';

type Options = BigmindWebhooksOptions<NoSchemas, undefined>;

const words = 'hunter2-secret';
const parse = (text: string) => JSON.parse(text) as { tenant: string; secret: string };

function telling(options: Options) {
  const { logger, lines } = notedLog();
  const { webhooks, handled } = noting({ logger, ...options });
  const told: unknown[] = [];
  webhooks.onError((error) => told.push(isWebhookError(error) ? error.cause : error));
  const cause = () => (lines as { cause?: object }[]).find((line) => line.cause !== undefined)?.cause;
  return { webhooks, handled, lines, told, cause };
}

class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly code = 'EUPSTREAM';
}

const answering = (get: () => never) => Object.defineProperty({ tenant: 'acme', secret: '' }, 'secret', { get });
const sources: readonly (readonly [string, (fail: () => never) => Options])[] = [
  ['the secret function', (fail) => ({ secret: fail })],
  ['a secret function that rejects', (fail) => ({ secret: async () => fail() })],
  ['the answer of the secret function', (fail) => ({ secret: () => answering(fail) })],
  ['deduplicate.key', (fail) => ({ deduplicate: { key: fail } })],
  ['locals with a queue', (fail) => ({ locals: fail, queue: new ArrayQueue() })],
];

describe.each(sources)('the log does not quote what %s threw', (_source, optionsWith) => {
  test.each<[string, () => never, object]>([
    ['a parser', () => parse(words) as never, { type: 'SyntaxError' }],
    [
      'a client',
      () => {
        throw new UpstreamError(`refused ${words}\n${words}`);
      },
      { type: 'UpstreamError', code: 'EUPSTREAM' },
    ],
    [
      'Node',
      () => createHmac('sha256', { [words]: words } as unknown as string) as never,
      { type: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' },
    ],
  ])('%s: it names the class, the code and the place, and onError has the error', async (_what, fail, kind) => {
    const { webhooks, handled, lines, told, cause } = telling(optionsWith(fail));
    expect((await webhooks.receive(genuine())).status).toBeGreaterThanOrEqual(500);
    expect(handled).toStrictEqual([]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    const stack = expect.stringMatching(/^at .*quoted-errors\.test\.ts:\d+:\d+/m) as string;
    expect(cause()).toEqual({ message: 'Not logged: it may hold secrets or payload text.', stack, ...kind });
    expect(told).toEqual([expect.objectContaining({ message: expect.not.stringContaining('Not logged') as string })]);
  });

  test('that is no error, or has text of its own for its name, code and stack', async () => {
    const own = `${words} of ours`;
    const texts = { name: own, code: own, stack: `${own}\n    at ${own}:1:1` };
    for (const thrown of [words, Object.assign(new Error(words), texts)]) {
      const fail = (): never => {
        throw thrown;
      };
      const { webhooks, lines, told, cause } = telling(optionsWith(fail));
      await webhooks.receive(genuine());
      expect(JSON.stringify(lines)).not.toContain('hunter2');
      expect(cause()).toMatchObject({ message: 'Not logged: it may hold secrets or payload text.' });
      expect(told).toStrictEqual([thrown]);
    }
  });
});

test('behind our own error the log does not quote what brought it about', async () => {
  const thrown = new WebhookError('BAD_SECRET', 'The secret is odd.', { cause: new Error(words) });
  const { webhooks, lines, told, cause } = telling({ secret: () => Promise.reject(thrown) });
  await webhooks.receive(genuine());
  expect(cause()).toMatchObject({ message: 'BAD_SECRET The secret is odd.' });
  expect(JSON.stringify(lines)).not.toContain(words);
  expect(told).toStrictEqual([thrown]);
});

test('the log quotes our own errors, also where a function of the user brought them about', async () => {
  const silent = telling({ secret: () => new Promise(() => {}), deduplicate: { storeTimeoutMs: 20 } });
  await silent.webhooks.receive(genuine());
  expect(silent.cause()).toMatchObject({ message: 'The secret function did not answer within 20 ms' });
  const mistaken = telling({ secret: () => void hmac({} as { header: string }) as never });
  await mistaken.webhooks.receive(genuine());
  expect(mistaken.cause()).toMatchObject({ message: expect.stringMatching(/^BAD_OPTION hmac/) as string });
});
