import type { RequestHandler } from 'express';
import { until } from '../deduplication/kit';
import { expresses, genuine, holdUp, notedLog, noting, path, post, type Served, serve } from './serve';

function logged() {
  const { logger, lines } = notedLog();
  const codes = () => (lines as { code?: string }[]).flatMap(({ code }) => code ?? []);
  return { ...noting({ logger }), lines, codes };
}

describe.each(expresses)('under $name', ({ express }) => {
  let served: Served;
  afterEach(() => served.close());

  test('no warning says that a delivery was passed on which another router below takes', async () => {
    const [above, below] = [logged(), logged()];
    served = await serve(express().use('/webhooks', above.webhooks.router).use(path, below.webhooks.router));
    expect((await post(served.origin + path, genuine())).status).toBe(200);
    // What nobody takes is warned about behind it.
    expect((await post(`${served.origin}/webhooks/other`, genuine())).status).toBe(404);
    await until(() => above.lines.length > 0);
    expect(above.lines).toEqual([expect.objectContaining({ code: 'PASSED_ON', path: '/webhooks/other' })]);
    expect([above.handled.length, below.handled.length, below.codes()]).toStrictEqual([0, 1, []]);
  });

  test('no warning says that what is no delivery was passed on', async () => {
    const { webhooks, handled, lines } = logged();
    served = await serve(express().use(path, webhooks.router));
    const { headers, body } = genuine();
    const below = `${served.origin}${path}/more`;
    expect((await fetch(below, { method: 'PUT', headers, body })).status).toBe(404);
    expect((await fetch(below, { method: 'POST', body })).status).toBe(404);
    // The one that is warned about came last: a warning of those before would be there.
    expect((await fetch(`${below}/last`, { method: 'POST', headers, body })).status).toBe(404);
    await until(() => lines.length > 0);
    expect(lines).toEqual([expect.objectContaining({ code: 'PASSED_ON', path: `${path}/more/last` })]);
    expect(handled).toStrictEqual([]);
  });

  test('a warning shows no parameter of the path that the log hides', async () => {
    const { webhooks, lines } = logged();
    const answer: RequestHandler = (_request, response, next) => {
      response.status(202).end('mine');
      next();
    };
    served = await serve(express().use('/hooks/:token', answer, webhooks.router));
    await post(`${served.origin}/hooks/s%C3%A9cret-7f3a`, genuine());
    await post(`${served.origin}/hooks/s%C3%A9cret-7f3a/more`, genuine());
    await until(() => lines.length === 3);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'ANSWERED_BEFORE', path: '/hooks/(not shown)' }),
        expect.objectContaining({ code: 'PASSED_ON', path: '/hooks/(not shown)/more' }),
      ]),
    );
    expect(JSON.stringify(lines)).not.toMatch(/7f3a/);
  });

  test.each<[string, RequestHandler]>([
    [
      'answered',
      (_request, response, next) => {
        response.status(202).end('mine');
        next();
      },
    ],
    [
      'only begun to answer',
      (_request, response, next) => {
        response.writeHead(202).write('mi');
        next();
        setTimeout(() => response.end('ne'), 50);
      },
    ],
  ])(
    'where somebody else has %s, a delivery is handled once, and a warning says so once a path',
    async (_title, answer) => {
      const { webhooks, handled, lines, codes } = logged();
      served = await serve(express().use(answer).use(path, webhooks.router));
      const delivery = genuine();
      for (let sent = 0; sent < 2; sent += 1) {
        const reply = await post(served.origin + path, delivery);
        expect([reply.status, await reply.text()]).toEqual([202, 'mine']);
      }
      await until(() => lines.length === 3);
      expect(lines).toContainEqual(expect.objectContaining({ level: 40, code: 'ANSWERED_BEFORE', path, status: 202 }));
      expect(codes()).toHaveLength(1);
      expect(handled).toHaveLength(1);
    },
  );

  test('no warning says that somebody else has answered where the sender has gone', async () => {
    const { webhooks, lines } = logged();
    const { started, end } = holdUp(webhooks);
    served = await serve(express().use(path, webhooks.router));
    const gone = new AbortController();
    const sent = fetch(served.origin + path, { method: 'POST', ...genuine(), signal: gone.signal }).catch(() => 'gone');
    await started.passed;
    gone.abort();
    expect(await sent).toBe('gone');
    await until(() => served.sockets.every(({ destroyed }) => destroyed));
    end.open();
    await until(() => lines.length > 1);
    expect(lines).toEqual([
      expect.objectContaining({ outcome: 'processed' }),
      expect.objectContaining({ code: 'SENDER_GONE' }),
    ]);
  });
});
