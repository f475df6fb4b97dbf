import { request } from 'node:http';
import { expresses, genuine, noting, path, post, type Served, serve } from './serve';

describe.each(expresses)('under $name', ({ express }) => {
  const { webhooks, handled } = noting();
  let served: Served;

  beforeAll(async () => {
    served = await serve(express().use(path, webhooks.router));
  });
  afterAll(() => served.close());
  beforeEach(() => handled.splice(0));

  function send(method: string, sendsBody: boolean) {
    const { headers, body } = genuine();
    return new Promise<{ status: number | undefined; headers: object; text: string }>((resolve, reject) => {
      // A connection of its own: the server may be closing one that was kept.
      const options = { method, agent: false, ...(sendsBody && { headers }) };
      const sent = request(served.origin + path, options, (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        reply.on('end', () => resolve({ status: reply.statusCode, headers: reply.headers, text }));
      });
      sent.on('error', reject);
      sent.end(sendsBody ? body : undefined);
    });
  }

  const methods = ['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'];
  test.each(methods.flatMap((method) => [[method, 'without'] as const, [method, 'with'] as const]))(
    'refuses %s %s a signed body, naming POST, and takes the next delivery',
    async (method, withBody) => {
      const reply = await send(method, withBody === 'with');
      expect(reply.status).toBe(405);
      expect(reply.headers).toMatchObject({ allow: 'POST', 'content-type': 'application/problem+json; charset=utf-8' });
      const problem: unknown = reply.text === '' ? '' : JSON.parse(reply.text);
      expect(problem).toEqual(
        method === 'HEAD'
          ? ''
          : {
              type: expect.stringMatching(/docs\/errors\.md#method_not_allowed$/),
              title: 'Only POST is accepted',
              status: 405,
              code: 'METHOD_NOT_ALLOWED',
            },
      );
      expect(handled).toStrictEqual([]);
      expect((await post(served.origin + path, genuine())).status).toBe(200);
      expect(handled).toHaveLength(1);
    },
  );
});

test('receive() refuses other methods, and takes POST in any case', async () => {
  const { webhooks, handled } = noting();
  for (const method of ['GET', 'put', '', 'POST ', 'constructor']) {
    const reply = await webhooks.receive({ ...genuine(), method });
    expect(reply).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  }
  expect(handled).toStrictEqual([]);
  for (const method of ['POST', 'post', undefined]) {
    expect((await webhooks.receive({ ...genuine(), method })).status).toBe(200);
  }
  expect(handled).toHaveLength(3);
});
