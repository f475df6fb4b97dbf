import { request } from 'node:http';
import { expresses, genuine, noting, path, post, type Served, serve } from './serve';

describe.each(expresses)('under $name', ({ express }) => {
  const { webhooks, handled } = noting();
  const apps: Served[] = [];
  let used: Served;
  let routed: Served;
  let alone: Served;

  beforeAll(async () => {
    const behind = express().use(path, webhooks.router);
    used = await serve(behind.all(path, (_request, response) => void response.status(299).send('mine')));
    routed = await serve(express().all(path, webhooks.router));
    alone = await serve(webhooks.router);
    apps.push(used, routed, alone);
  });
  afterAll(() => Promise.all(apps.map((app) => app.close())));
  beforeEach(() => handled.splice(0));

  function send({ origin }: Served, method: string, sendsBody: boolean) {
    const { headers, body } = genuine();
    return new Promise<{ status: number | undefined; headers: object; text: string }>((resolve, reject) => {
      const sent = request(origin + path, { agent: false, method, ...(sendsBody && { headers }) }, (reply) => {
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

  async function refuses(app: Served, method: string, withBody: boolean): Promise<void> {
    const reply = await send(app, method, withBody);
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
    expect((await post(app.origin + path, genuine())).status).toBe(200);
    expect(handled).toHaveLength(1);
  }

  function withAndWithoutBody(...methods: readonly string[]) {
    return methods.flatMap((method) => [[method, 'without'] as const, [method, 'with'] as const]);
  }

  test.each(withAndWithoutBody('GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'))(
    'refuses %s %s a signed body in a route, naming POST, and takes the next delivery',
    (method, body) => refuses(routed, method, body === 'with'),
  );

  test.each(withAndWithoutBody('GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'))(
    'refuses %s %s a signed body where nobody stands behind it, and takes the next delivery',
    (method, body) => refuses(alone, method, body === 'with'),
  );

  test.each(withAndWithoutBody('PUT', 'DELETE', 'PATCH'))(
    'refuses %s %s a signed body under use, naming POST, and takes the next delivery',
    (method, body) => refuses(used, method, body === 'with'),
  );

  test.each(withAndWithoutBody('GET', 'HEAD', 'OPTIONS'))(
    'leaves %s %s a signed body under use to a route behind it',
    async (method, body) => {
      const reply = await send(used, method, body === 'with');
      expect([reply.status, reply.text]).toEqual([299, method === 'HEAD' ? '' : 'mine']);
      expect(handled).toStrictEqual([]);
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
