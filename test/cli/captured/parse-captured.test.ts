import type { CapturedRequest } from '../../../src/cli/captured/captured-request';
import { parseCaptured, toSavedLine } from '../../../src/cli/captured/parse-captured';

const request: CapturedRequest = {
  method: 'POST',
  url: '/webhooks/bigmind',
  headers: { 'content-type': 'application/json', 'x-signature': 'abc' },
  body: Buffer.from('{"name":"Zoë"}\r\n\0'),
  receivedAt: 1_800_000_000_000,
};

test('reads back what it saves, byte for byte', () => {
  const binary = { ...request, body: Buffer.from([0, 255, 10, 13, 128]) };
  expect(parseCaptured(`${toSavedLine(request)}\n${toSavedLine(binary)}\n`)).toEqual([request, binary]);
  expect(toSavedLine(request)).not.toContain('\n');
  expect(JSON.parse(toSavedLine(request))).toMatchObject({ version: 1, receivedAt: 1_800_000_000_000 });
});

test('saves no credential, and every header that may sign the request', () => {
  const hex = 'a1'.repeat(32);
  const signing = {
    'x-signature': 'abc',
    'x-auth-timestamp': '1800000000',
    'x-bigmind-token': `sha256=${hex}`,
    'x-key-512': Buffer.alloc(64, 7).toString('base64'),
    'x-request-id': '5',
  };
  const credentials = {
    cookie: 'session=1',
    authorization: 'Bearer 2',
    'x-api-key': 'sk_live_3',
    'cf-access-jwt-assertion': 'ey.ey.4',
    'x-session-id': `${hex}5`,
  };
  const saved = toSavedLine({ ...request, headers: { ...credentials, ...signing } });
  expect(parseCaptured(saved)[0]?.headers).toEqual(signing);
  for (const value of Object.values(credentials)) expect(saved).not.toContain(value);
});

test.each([
  ['/hooks?token=t0p-secret&tenant=acme', '/hooks?token=…&tenant=acme'],
  ['/api/hook?code=t0p-secret&clientId=x', '/api/hook?code=…&clientId=x'],
  ['/triggers/manual/run?sp=read&sig=t0p-secret&countryCode=de', '/triggers/manual/run?sp=read&sig=…&countryCode=de'],
  ['/hooks?sign=t0p-secret&pass=t0p-secret', '/hooks?sign=…&pass=…'],
  ['/hooks?tenant=acme&api_key=t0p-secret', '/hooks?tenant=acme&api_key=…'],
  ['http://host/hooks?X-Auth=t0p-secret#x', 'http://host/hooks?X-Auth=…#x'],
  ['/hooks?a=1;password=t0p-secret', '/hooks?a=1;password=…'],
  ['/hooks?%74oken=t0p-secret&to%6ben=t0p-secret', '/hooks?%74oken=…&to%6ben=…'],
  ['/hooks?%token%=t0p-secret', '/hooks?%token%=…'],
  ['/hooks?token=', '/hooks?token=…'],
  ['/hooks/token=1?tenant=acme&token', '/hooks/token=1?tenant=acme&token'],
])('saves %s without the credential in its query', (url, saved) => {
  expect(parseCaptured(toSavedLine({ ...request, url }))).toEqual([{ ...request, url: saved }]);
});

const { receivedAt: _, ...withoutTime } = request;

test.each([
  ['line feeds', '\n'],
  ['carriage returns and line feeds', '\r\n'],
])('reads a request as text with %s', (_title, end) => {
  const head = ['POST /webhooks/bigmind HTTP/1.1', 'Content-Type: application/json', 'X-Signature:  abc '].join(end);
  const text = Buffer.concat([Buffer.from(`${head}${end}${end}`), request.body]);
  expect(parseCaptured(text)).toEqual([withoutTime]);
});

test('needs no start line, and passes over that of an answer', () => {
  for (const start of ['', 'HTTP/1.1 200 OK\n']) {
    const [read] = parseCaptured(`${start}X-Signature: abc\n\n{}`);
    expect(read).toMatchObject({ method: 'POST', headers: { 'x-signature': 'abc' }, body: Buffer.from('{}') });
  }
});

test('joins the values of a repeated header, and takes none for the prototype', () => {
  const [read] = parseCaptured('X-A: 1\nx-a: 2\n__proto__: 3\n\n');
  expect(Object.entries(read?.headers ?? {})).toEqual([
    ['x-a', '1, 2'],
    ['__proto__', '3'],
  ]);
});

test('leaves out the line end that an editor added, where the length of the body is known', () => {
  expect(parseCaptured('Content-Length: 2\n\n{}\n')[0]?.body.toString()).toBe('{}');
  expect(parseCaptured('Content-Length: 3\n\n{}\n')[0]?.body.toString()).toBe('{}\n');
  expect(parseCaptured('X-A: 1\n\n{}\n')[0]?.body.toString()).toBe('{}\n');
  expect(parseCaptured('Content-Length: 1\n\n{}\n')[0]?.body.toString()).toBe('{}\n');
});

test('reads the POST requests of a HAR file, without pseudo-headers', () => {
  const headers = [
    { name: ':path', value: '/' },
    { name: 'X-Signature', value: 'abc' },
  ];
  const post = { method: 'POST', url: 'https://example.org/hook', headers, postData: { text: '{"a":"ë"}' } };
  const entries = [
    { request: { method: 'GET', url: 'https://example.org/' } },
    { startedDateTime: '2026-05-04T12:00:00.000Z', request: post },
    { request: { ...post, postData: { text: 'AP8=', encoding: 'base64' } } },
  ];
  expect(parseCaptured(JSON.stringify({ log: { entries } }, null, 2))).toEqual([
    {
      method: 'POST',
      url: 'https://example.org/hook',
      headers: { 'x-signature': 'abc' },
      body: Buffer.from('{"a":"ë"}'),
      receivedAt: Date.UTC(2026, 4, 4, 12),
    },
    expect.objectContaining({ body: Buffer.from([0, 255]) }),
  ]);
});

test.each<[string, string, RegExp]>([
  ['nothing', ' \n', /empty/],
  ['a payload alone', '{"event":"todo_created"}', /Line 1 is no saved request/],
  ['a broken line', `${toSavedLine(request)}\n{"version":1,`, /Line 2 is not JSON/],
  ['a line of a newer version', toSavedLine(request).replace('"version":1', '"version":2'), /Line 1 .* newer version/],
  ['what is no header', 'POST / HTTP/1.1\nX-A: 1\nthe secret text\n\n', /Line 3 is no header/],
])('refuses %s, saying where and never what it holds', (_title, text, message) => {
  expect(() => parseCaptured(text)).toThrow(message);
  expect(() => parseCaptured(text)).not.toThrow(/the secret text|todo_created/);
});

test.each<[string, unknown]>([
  ['headers that are numbers', { version: 1, headers: { a: 1 }, body: '' }],
  ['no method, address and time', { version: 1, headers: {}, body: 'e30=' }],
  ['a HAR file of nonsense', { log: { entries: [null, 1, { request: { method: 'POST', headers: [1, null] } }] } }],
])('survives %s', (_title, document) => {
  expect(parseCaptured(JSON.stringify(document))).toEqual([expect.objectContaining({ headers: {} })]);
});
