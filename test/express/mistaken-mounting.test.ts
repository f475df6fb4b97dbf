import type { ErrorRequestHandler } from 'express';
import { bigmindWebhooks } from '../../src/index';
import { refusalOf } from '../options/refusal';
import { expresses, genuine, notedLog, path, post, receiver, serve } from './serve';

describe.each(expresses)('under $name', ({ express }) => {
  test('a receiver in place of its router is refused when it is mounted, with the line to write', () => {
    const whole = receiver().webhooks as never;
    const expected = { code: 'BAD_OPTION', message: expect.stringContaining("app.use('/path', webhooks.router)") };
    expect(refusalOf(() => express().use(path, whole))).toMatchObject(expected);
    expect(refusalOf(() => express().use(whole))).toMatchObject(expected);
  });

  test('bigmindWebhooks in place of what it returns fails each request, with the lines to write', async () => {
    const failures: unknown[] = [];
    const app = express().use(path, bigmindWebhooks as never);
    const note: ErrorRequestHandler = (error, _request, response, _next) => {
      failures.push(error);
      response.status(500).end();
    };
    const served = await serve(app.use(note));
    expect((await post(served.origin + path, genuine())).status).toBe(500);
    expect(failures).toMatchObject([
      { code: 'BAD_OPTION', message: expect.stringContaining('const webhooks = bigmindWebhooks();') as string },
    ]);
    await served.close();
  });
});

test('a receiver shows no property that it has only to refuse', () => {
  expect(Object.keys(receiver().webhooks)).not.toContain('handle');
});

test.each(['status', 'sendStatus', 'json', 'send', 'end', 'set', 'setHeader'])(
  'a handler that was written as a route, and calls response.%s(), fails its delivery, and the log says what it gets',
  async (method) => {
    const { logger, lines } = notedLog();
    const { webhooks } = receiver({ logger });
    const failures: unknown[] = [];
    webhooks.onError((error) => void failures.push(error));
    const answer = (_request: unknown, response: unknown) => (response as Record<string, () => void>)[method]?.();
    webhooks.on('notes_created', answer as never, { name: 'as a route' });
    const reply = await webhooks.receive(genuine());
    expect(reply.status).toBe(500);
    expect(failures).toMatchObject([{ code: 'BAD_HANDLER' }]);
    expect(JSON.stringify(lines)).toContain('A handler gets (event, context), not (request, response)');
  },
);
