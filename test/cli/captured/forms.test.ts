import { parseCaptured } from '../../../src/cli/captured/parse-captured';
import { payloadsIn } from '../../../src/cli/captured/payloads-in';
import { savedLine } from '../../../src/foundations/saved-line';

const body = `{"event":"todo_created","name":"it's \\"Zoë\\" $HOME \`id\`"}`;
const headers = { 'content-type': 'application/json', 'x-signature': 'abc' };
const expected = { method: 'POST', headers: expect.objectContaining(headers) as unknown, body: Buffer.from(body) };

/** As a browser copies it for a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const ansi = (text: string) => `$'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('ë', '\\u00eb')}'`;
const head = `-H 'Content-Type: application/json' \\\n  -H "X-Signature: abc"`;

const verbose = `* Trying 127.0.0.1:3000...
> POST /webhooks/bigmind HTTP/1.1
> Host: 127.0.0.1:3000
> Content-Type: application/json
> X-Signature: abc
>${' '}
* upload completely sent off: 60 bytes
< HTTP/1.1 401 Unauthorized
<${' '}
{"code":"UNAUTHENTICATED"}
`;

test.each<[string, string]>([
  [
    'a copied curl command',
    `curl 'https://example.org/hook' \\\n  ${head} \\\n  --data-raw ${quoted(body)} --compressed`,
  ],
  ['with the quotes that browsers write', `curl 'https://example.org/hook' -X POST ${head} --data-raw ${ansi(body)}`],
  [
    'after a prompt, with flags in one word',
    `$ curl -sSXPOST ${head} -d${quoted(body)} https://example.org/hook\n{"status":"ok"}`,
  ],
  [
    'with --json and values that are passed over',
    `curl -o out.txt --max-time 5 ${head} --json ${quoted(body)} https://example.org/`,
  ],
  [
    'with its body piped in, as the page copies it',
    `printf %s '${Buffer.from(body).toString('base64')}' | base64 -d | curl -i -X POST ${head} --data-binary @- 'http://127.0.0.1/'`,
  ],
  [
    'curl -v under its command',
    `$ curl -v ${head} -d ${quoted(body)} http://127.0.0.1:3000/webhooks/bigmind\n${verbose}`,
  ],
  ['curl -v with the body put in', verbose.replace('< HTTP', `${body}\n< HTTP`)],
  [
    'an object',
    JSON.stringify(
      { method: 'post', headers: { 'Content-Type': 'application/json', 'X-Signature': ['abc'] }, body },
      null,
      2,
    ),
  ],
  ['an object whose body was parsed', JSON.stringify({ method: 'POST', headers, body: JSON.parse(body) as unknown })],
  [
    'an event of AWS',
    JSON.stringify({
      httpMethod: 'POST',
      path: '/',
      headers,
      isBase64Encoded: true,
      body: Buffer.from(body).toString('base64'),
    }),
  ],
  [
    'an event of AWS with a version, as a function URL has it',
    JSON.stringify({
      version: '2.0',
      rawPath: '/',
      headers,
      requestContext: { http: { method: 'POST' } },
      isBase64Encoded: true,
      body: Buffer.from(body).toString('base64'),
    }),
  ],
  [
    'an event of AWS with lists of values alone',
    JSON.stringify({
      httpMethod: 'POST',
      headers: null,
      multiValueHeaders: { 'Content-Type': ['application/json'], 'X-Signature': ['abc'] },
      isBase64Encoded: false,
      body,
    }),
  ],
  ['an object whose body is a Buffer', JSON.stringify({ method: 'POST', headers, body: Buffer.from(body) })],
  [
    'an object with rawHeaders of Node',
    JSON.stringify({ rawHeaders: ['Content-Type', 'application/json', 'X-Signature', 'abc'], body }),
  ],
  [
    'a curl command with blanks behind its backslashes, and the path of curl',
    `/usr/bin/curl 'https://example.org/hook' \\ \n  ${head} \\\t\r\n  --data-raw ${quoted(body)}`,
  ],
  [
    'a request as text with pseudo-headers of HTTP/2',
    `POST /hook HTTP/2\n:authority: example.org\nContent-Type: application/json\nX-Signature: abc\n\n${body}`,
  ],
  [
    'a request as text with blanks in the empty line, and other line ends',
    `POST /hook HTTP/1.1\nContent-Type: application/json\nX-Signature: abc\n \r\n${body}`,
  ],
  ['objects on lines', `${JSON.stringify({ method: 'POST', headers, body })}\n`],
  ['a list of objects with headers as pairs', JSON.stringify([{ headers: Object.entries(headers), body }])],
])('reads %s', (_title, text) => {
  expect(parseCaptured(text)).toEqual([expect.objectContaining(expected)]);
  expect(payloadsIn(Buffer.from(text)).map(({ payload }) => payload?.value)).toEqual([JSON.parse(body)]);
});

test('finds no payload in requests by other methods than POST, and counts the other lines as they are in the file', () => {
  const saved = (method: string, content: string): string =>
    savedLine({ method, url: '/', headers: {}, body: Buffer.from(content), receivedAt: 1 });
  const object = JSON.stringify({ method: 'DELETE', headers, body });
  const lines = [saved('OPTIONS', ''), saved('POST', body), saved('GET', ''), object, saved('POST', '{')];
  const found = payloadsIn(Buffer.from(lines.join('\n')));
  expect(found).toMatchObject([{ line: 2, payload: { value: JSON.parse(body) } }, { line: 5 }]);
  expect(found[1]?.payload).toBeUndefined();
  expect(payloadsIn(Buffer.from([saved('GET', ''), saved('OPTIONS', '')].join('\n')))).toStrictEqual([]);
  expect(payloadsIn(Buffer.from([saved('GET', ''), saved('POST', body)].join('\n')))).toMatchObject([{ line: 2 }]);
});

test('takes the body from elsewhere where the form does not show it', () => {
  expect(parseCaptured(verbose, { body: Buffer.from(body) })).toEqual([expect.objectContaining(expected)]);
  const command = `curl ${head} -d @payload.json https://example.org/`;
  expect(parseCaptured(command, { body: Buffer.from(body) })).toEqual([expect.objectContaining(expected)]);
});

test.each<[string, string, RegExp]>([
  ['curl -v alone', verbose, /does not show the body that it sent/],
  ['a body in a file', `curl -d @the-secret-text ${head} https://example.org/`, /reads its body from a file.*--body/],
  [
    'a curl command for the command prompt of Windows',
    `curl "https://example.org/" ^\r\n  -H "X-Signature: abc" ^\r\n  --data-raw "the secret text"\r\n`,
    /Copy it as cURL \(bash\)/,
  ],
  ['a form', `curl -F the-secret-text=1 https://example.org/`, /sends a form/],
  ['a quotation that does not end', `curl \\\n  -H 'a: b' \\\n  -d 'the secret text`, /Line 3 cannot be read/],
  ['a broken header of curl -v', verbose.replace('X-Signature: abc', 'the secret text'), /Line 5 is no header/],
  [
    'a broken object',
    '{\n  "headers": {},\n  "body": the secret text\n}',
    /Line 3, column 11 is not JSON: expected a value/,
  ],
  [
    'a broken line of many',
    `${JSON.stringify({ headers, body })}\n{"body":the secret text}`,
    /Line 2 is not JSON: at column 9/,
  ],
  ['an object without a body', '{"headers":{"a":"the secret text"}}', /its body is missing/],
  ['an object without headers', '{"body":"the secret text"}', /its headers are missing/],
  ['an object without either', '{"text":"the secret text"}', /headers and body are missing/],
])('refuses %s, saying where and never what it holds', (_title, text, message) => {
  expect(() => parseCaptured(text)).toThrow(message);
  expect(() => parseCaptured(text)).not.toThrow(/secret.text/);
});

test.each([
  ['lines', (requests: readonly string[]) => `${requests.join('\n')}\n`],
  ['a list', (requests: readonly string[]) => `[${requests.join(',\n')}]`],
])('in %s, a saved request that is no POST is no delivery', (_title, inOneText) => {
  const saved = (method: string) => JSON.stringify({ version: 1, method, url: '/', headers: {}, body: '' });
  const text = inOneText([saved('GET'), saved('POST')]);
  expect(parseCaptured(text).map(({ method }) => method)).toEqual(['POST']);
  expect(payloadsIn(Buffer.from(text))).toHaveLength(1);
  expect(parseCaptured(text, { everyMethod: true })).toHaveLength(2);
});

test.each<[string, Buffer]>([
  ['a list', Buffer.from('[{"event":"a"},\n{"event":"b"}]')],
  ['lines', Buffer.from('{"event":"a"}\n\n{"event":"b"}\n')],
])('finds the payloads of %s', (_title, bytes) => {
  expect(payloadsIn(bytes).map(({ payload }) => payload?.value)).toEqual([{ event: 'a' }, { event: 'b' }]);
});

test('of lines whose first is broken, finds the others', () => {
  expect(payloadsIn(Buffer.from('{"event":\n{"event":"b"}\n'))).toMatchObject([
    { line: 1, broken: { line: 1, column: 10, expected: 'a value' } },
    { line: 2, payload: { value: { event: 'b' } } },
  ]);
  expect(payloadsIn(Buffer.from('{\n  "a": {},\n  "b": [\n'))).toMatchObject([{ line: 1, broken: { line: 4 } }]);
});

test('a line that is no UTF-8 is named, and the others are found', () => {
  const bytes = Buffer.concat([Buffer.from('{"event":"a"}\n'), Buffer.from('{"event":"\u00e9"}\n', 'latin1')]);
  expect(payloadsIn(Buffer.concat([bytes, Buffer.from('{"event":"ë"}\n')]))).toEqual([
    { line: 1, payload: { value: { event: 'a' } } },
    { line: 2 },
    { line: 3, payload: { value: { event: 'ë' } } },
  ]);
});
