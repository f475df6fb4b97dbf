import { gzipSync } from 'node:zlib';
import { hmac } from '../../src/index';
import { expresses, genuine, noting, path, post, type Served, secret, serve } from './serve';

const valid = JSON.parse(genuine().body) as { data: object };

/** Signs bytes as they are, text or not. */
function signed(body: string | Buffer, more: Record<string, string> = {}) {
  const rawBody = Buffer.from(body as string);
  const signature = hmac({ header: 'x-bigmind-signature' }).sign?.({ rawBody, secret, signedAt: Date.now(), id: 'x' });
  return { headers: { 'content-type': 'application/json', ...signature, ...more }, body: new Uint8Array(rawBody) };
}

const nested = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);
const withData = (text: string) => JSON.stringify({ ...valid, data: 0 }).replace('"data":0', `"data":${text}`);

const malformed: readonly (readonly [string, string | Buffer])[] = [
  ['JSON that is cut off', genuine().body.slice(0, -1)],
  ['an empty body', ''],
  ['blanks', ' \n'],
  ['UTF-8 that is wrong', Buffer.from([...Buffer.from('{"event":"'), 0xc3, 0x28, ...Buffer.from('"}')])],
  ['UTF-16', Buffer.from(genuine().body, 'utf16le')],
  ['two byte order marks', `\ufeff\ufeff${genuine().body}`],
  ['a byte order mark alone', '\ufeff'],
  ['NaN', '{"event": NaN}'],
  ['text behind the JSON', `${genuine().body};`],
  ['a key __proto__', `{"__proto__":{"admin":true},${genuine().body.slice(1)}`],
  ['a key __proto__ deep inside', withData('{"a":[[{"b":{"__proto__":1}}]]}')],
  ['a key __proto__ written with escapes', withData('{"\\u005f_proto__":{}}')],
  ['constructor.prototype', `{"constructor":{"prototype":{}},${genuine().body.slice(1)}`],
  ['constructor.prototype deep inside', withData('[{"a":{"constructor":{"x":1,"prototype":null}}}]')],
  ['100,000 levels that are not closed', '['.repeat(100_000)],
];

const invalid: readonly (readonly [string, string, string, string])[] = [
  ['a list', '[]', '', 'type'],
  ['null', 'null', '', 'type'],
  ['a string', '"notes_created"', '', 'type'],
  ['a number', '7', '', 'type'],
  ['an object without event', '{"data":{}}', '/event', 'required'],
  ['an empty event', '{"event":""}', '/event', 'minLength'],
  ['an event that is a number', '{"event":7}', '/event', 'type'],
  ['an event that is null', '{"event":null}', '/event', 'type'],
  ['an event that is a list', '{"event":["notes_created"]}', '/event', 'type'],
  ['a property that is missing', '{"event":"notes_created","timestamp":"2026-01-01T00:00:00Z"}', '/data', 'required'],
  ['a property of another type', withData('7'), '/data', 'type'],
  ['100,000 levels of lists', nested(100_000, '[', ']'), '', 'type'],
  ['100,000 levels of objects in data', withData(`${nested(100_000, '{"a":', '')}1${'}'.repeat(100_000)}`), '', ''],
];

describe.each(expresses)('under $name', ({ express }) => {
  const { webhooks, handled } = noting();
  let served: Served;

  beforeAll(async () => {
    served = await serve(express().use(path, webhooks.router).use(express.json()));
  });
  afterAll(() => served.close());
  beforeEach(() => handled.splice(0));

  async function expectProblem(reply: Response, problem: object): Promise<void> {
    expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(reply.headers.get('etag')).toBeNull();
    expect(await reply.json()).toEqual({ type: expect.stringContaining('docs/errors.md#'), ...problem });
    expect(handled).toStrictEqual([]);
    expect((await post(served.origin + path, genuine())).status).toBe(200);
    expect(handled).toHaveLength(1);
  }

  test.each(malformed)('refuses %s as malformed, and takes the next delivery', async (_title, body) => {
    const reply = await post(served.origin + path, signed(body));
    expect(reply.status).toBe(400);
    await expectProblem(reply, { title: 'No acceptable JSON came', status: 400, code: 'MALFORMED' });
  });

  test.each(invalid)('refuses %s as invalid, and takes the next delivery', async (_title, body, pointer, keyword) => {
    const reply = await post(served.origin + path, signed(body));
    expect(reply.status).toBe(422);
    const error = {
      pointer: keyword === '' ? expect.stringMatching(/^\/data\//) : pointer,
      keyword: keyword === '' ? 'required' : keyword,
      detail: expect.any(String),
    };
    const title = 'The payload does not match its schema';
    await expectProblem(reply, { title, status: 422, code: 'INVALID', errors: [error] });
  });

  test.each(['constructor', '__proto__', 'toString', 'notes_deleted', 'x'.repeat(100_000)])(
    'ignores the unknown event %.20s, and takes the next delivery',
    async (event) => {
      const reply = await post(served.origin + path, signed(JSON.stringify({ ...valid, event })));
      expect([reply.status, await reply.text()]).toEqual([200, '{"status":"ignored"}']);
      expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(handled).toStrictEqual([]);
      expect((await post(served.origin + path, genuine())).status).toBe(200);
      expect(handled).toHaveLength(1);
    },
  );

  test('skips one byte order mark, which is signed and kept', async () => {
    const body = `\ufeff${genuine().body}`;
    expect((await post(served.origin + path, signed(body))).status).toBe(200);
    expect(handled[0]?.event).toEqual(JSON.parse(body.slice(1)));
    expect(handled[0]?.context.rawBody.toString()).toBe(body);
    handled.splice(0);
    const { headers } = signed(body);
    expect((await post(served.origin + path, { headers, body: body.slice(1) })).status).toBe(401);
    expect(handled).toStrictEqual([]);
  });

  test('hands over 100,000 levels of nesting where the schema allows anything', async () => {
    const deep = nested(100_000, '[', ']');
    const body = `{"more":${deep},${genuine().body.slice(1)}`;
    expect((await post(served.origin + path, signed(body))).status).toBe(200);
    expect(handled).toHaveLength(1);
    expect(handled[0]?.context.rawBody.toString()).toBe(body);
  });

  test.each(['gzip', 'deflate', 'br', 'zstd', 'GZIP', 'identity, gzip', 'x'])(
    'refuses the Content-Encoding "%s", and takes the next delivery',
    async (encoding) => {
      const reply = await post(
        served.origin + path,
        signed(gzipSync(genuine().body), { 'content-encoding': encoding }),
      );
      expect(reply.status).toBe(415);
      const title = 'Content-Encoding is not accepted';
      await expectProblem(reply, { title, status: 415, code: 'UNSUPPORTED_ENCODING' });
    },
  );

  // The last are names of character sets, which some senders write there.
  test.each(['identity', ' Identity ', '', 'utf-8', 'ISO-8859-1'])(
    'takes the Content-Encoding "%s"',
    async (encoding) => {
      const { headers, body } = genuine();
      const reply = await post(served.origin + path, { headers: { ...headers, 'content-encoding': encoding }, body });
      expect(reply.status).toBe(200);
      expect(handled).toHaveLength(1);
    },
  );

  test('takes a body that a parser before us inflated', async () => {
    const app = await serve(express().use(path, express.raw({ type: '*/*' }), webhooks.router));
    const { headers, body } = genuine();
    const reply = await post(app.origin + path, {
      headers: { ...headers, 'content-encoding': 'gzip' },
      body: new Uint8Array(gzipSync(body)),
    });
    expect(reply.status).toBe(200);
    expect(handled[0]?.event).toEqual(JSON.parse(body));
    await app.close();
  });
});
