import { bodiesLike } from '../../src/signatures/explain/bodies-like';
import { headersLike } from '../../src/signatures/explain/headers-like';
import { structureOf } from '../../src/signatures/explain/json-structure';
import { secretsLike } from '../../src/signatures/explain/secrets-like';

// What is tried where nothing matches: each variant costs a MAC, so there is none that is tried for nothing.

/** The words in which a cause says what makes it match. */
const short = (cause: string): string =>
  cause
    .replace(/^The line ends? of the body (?:was taken away|were changed): /, '')
    .replace('The body was re-serialised: written ', '')
    .replace(/, it (?:matches|signs this request)\..*|\.$/, '');

const bodies = (text: string) =>
  Array.from(bodiesLike(Buffer.from(text)), ({ value, cause }) => [value.toString('latin1'), short(cause)]);
const bytes = (text: string) => Buffer.from(text).toString('latin1');
const base64 = (text: string) => Buffer.from(text, 'base64').toString('latin1');
const endings = (text: string) => [
  [`${bytes(text)}\n`, 'with "\\n" at its end'],
  [`${bytes(text)}\r\n`, 'with "\\r\\n" at its end'],
];
const marked = (text: string) => [
  [bytes(`\ufeff${text}`), 'The body lost the byte order mark in front of it: with one'],
];
const undecoded = (text: string) => [[base64(text), 'The body is still in base64: decoded']];

test('of a body that is no JSON, and has no line ends and only ASCII, the ends and base64 are tried', () => {
  expect(bodies('ab')).toEqual([...endings('ab'), ...marked('ab'), ...undecoded('ab')]);
});

test('of a body with line ends, each kind of them is tried, and none that it has', () => {
  const windows = 'a\r\nb\r\n\n';
  expect(bodies(windows)).toEqual([
    ['a\r\nb\r\n', 'A line end was added to the body: without its last one'],
    ['a\r\nb', 'Line ends were added to the body: without those at its end'],
    ...endings(windows),
    ['a\nb\n\n', 'with "\\n" for "\\r\\n"'],
    ['a\r\nb\r\n\r\n', 'with "\\r\\n"'],
    ...marked(windows),
    ...undecoded(windows),
  ]);
  expect(bodies('a\nb')).toEqual([
    ...endings('a\nb'),
    ['a\r\nb', 'with "\\r\\n"'],
    ...marked('a\nb'),
    ...undecoded('a\nb'),
  ]);
});

test('of a body of nothing but line ends, all are taken away', () => {
  expect(bodies('\r\n\n').slice(0, 2)).toEqual([
    ['\r\n', 'A line end was added to the body: without its last one'],
    ['', 'Line ends were added to the body: without those at its end'],
  ]);
});

test('of a body with a byte order mark it is taken away, and of one with umlauts other encodings are tried', () => {
  expect(bodies('\ufeffö')).toEqual([
    ...endings('\ufeffö'),
    [bytes('ö'), 'A byte order mark was put in front of the body: without it'],
    ...undecoded('\ufeffö'),
    ['\xffö', 'The body was re-encoded from Latin-1 to UTF-8: as Latin-1'],
    [bytes(bytes('\ufeffö')), 'The body was re-encoded from UTF-8 to Latin-1: as UTF-8'],
  ]);
});

/** What is tried of a body's spelling alone: it is behind all else. */
const spellings = (text: string) => bodies(text).filter(([, cause]) => /compactly|indentation|blank/.test(cause ?? ''));

test('a body of JSON is tried as other libraries write it', () => {
  const text = '{"a":[1,"ö/\\u007f"],"b":":,"}';
  const ascii = '{"a":[1,"\\u00f6/\\u007f"],"b":":,"}';
  const delete_ = '{"a":[1,"ö/\u007f"],"b":":,"}';
  expect(spellings(text)).toEqual([
    [bytes(delete_), 'compactly, as JSON.stringify does'],
    [bytes('{\n  "a": [\n    1,\n    "ö/\u007f"\n  ],\n  "b": ":,"\n}'), 'with indentation'],
    [bytes('{\n    "a": [\n        1,\n        "ö/\u007f"\n    ],\n    "b": ":,"\n}'), 'with indentation'],
    [bytes('{\n\t"a": [\n\t\t1,\n\t\t"ö/\u007f"\n\t],\n\t"b": ":,"\n}'), 'with indentation'],
    [ascii, 'compactly and in ASCII'],
    [ascii.replace('/', '\\/'), 'compactly, in ASCII and with slashes escaped, as PHP does'],
    [bytes('{"a": [1, "ö/\u007f"], "b": ":,"}'), 'with a blank behind each comma and colon'],
    [
      '{"a": [1, "\\u00f6/\\u007f"], "b": ":,"}',
      'with a blank behind each comma and colon and in ASCII, as Python does',
    ],
  ]);
});

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

test.each([
  ['as it is up to 100 levels', nested(100), 5],
  ['not where it has more levels', nested(101), 0],
  ['as it is up to a million characters', '1'.padStart(1_000_000), 8],
  ['not where it is longer', '1'.padStart(1_000_001), 0],
])('a body of JSON is tried %s', (_title, text, count) => {
  expect(spellings(text)).toHaveLength(count);
});

/** Empty arrays within so many others: each character is a mark, and takes a line with its indentation. */
const wide = (count: number, levels: number) =>
  '['.repeat(levels) + Array(count).fill('[]').join() + ']'.repeat(levels);

test.each([
  [37, 50, ['\t']],
  [38, 50, []],
  [60, 10, ['  ', '    ', '\t']],
  [2000, 4, ['\t']],
  // Just as much as is tried.
  [115, 28, ['\t']],
])('%d arrays within %d others are tried with the indentations %j', (count, levels, expected) => {
  const indented = spellings(wide(count, levels)).filter(([, cause]) => cause === 'with indentation');
  expect(indented.map(([value = '']) => /^[ \t]+/m.exec(value)?.[0])).toEqual(expected);
});

test('the structure of JSON is read beside its strings', () => {
  expect(structureOf('{"a,[":[1,"\\"]\\\\"]}')).toEqual({ marks: [0, 6, 7, 9, 17, 18], deepest: 2, isOpen: false });
  expect(structureOf('[[[]],[]]')).toMatchObject({ deepest: 3, isOpen: false });
  expect(structureOf('[[')).toMatchObject({ deepest: 2, isOpen: true });
  expect(structureOf('"a')).toMatchObject({ deepest: 0, isOpen: true });
  expect(structureOf(']')).toMatchObject({ marks: [0], isOpen: false });
});

const secrets = (secret: string) =>
  Array.from(secretsLike(secret), ({ value, cause }) => [value, short(cause).replace('The secret has ', '')]);

test.each<[string, readonly (readonly [string, string])[]]>([
  ['plain', []],
  ['  plain\t', [['plain', 'white space around it: without that']]],
  ['\ufeffplain', [['plain', 'a byte order mark at an end: without that']]],
  ['plain\u200b\u2060', [['plain', 'a zero-width character at an end: without that']]],
  ['“plain”', [['plain', 'quotes around it: without that']]],
  ['plain\\n', [['plain', 'a written-out line break ("\\n") at an end: without that']]],
  ['v1,plain', [['plain', '"v1," in front, as a signature does: without that']]],
  [
    '"plain" ',
    [
      ['"plain"', 'white space around it: without that'],
      ['plain" ', 'quotes around it: without that'],
      ['plain', 'white space around it and quotes around it: without that'],
    ],
  ],
  ['undefined', []],
  ['[object Object]', []],
])('of the secret %j all is tried without what is odd about it, with line ends, and with "whsec_"', (secret, odd) => {
  const bare = odd.at(-1)?.[0] ?? secret;
  const ends = ['\n', '\r\n'].map((end) => [
    secret + end,
    'The sender signs with a line end behind the secret: it was stored there with one',
  ]);
  expect(secrets(secret)).toEqual([
    ...odd,
    ...ends,
    [`whsec_${bare}`, 'The secret lacks the "whsec_" in front: with that'],
  ]);
});

test('of a secret with "whsec_" the rest is tried', () => {
  expect(secrets(' whsec_abc').at(-1)).toEqual(['abc', 'The sender signs with what follows "whsec_" in the secret']);
});

const isRead = (name: string): boolean => name === 'x-signature';
const headers = (given: Record<string, string>) =>
  Array.from(headersLike(given, isRead), ({ value, cause }) => {
    const changed = Object.keys(given).filter((name) => value[name] !== given[name]);
    expect(Object.keys(value)).toEqual(Object.keys(given));
    return [changed.map((name) => value[name]), short(cause)];
  });
const digest = 'ab'.repeat(32);

const inFront = 'has other text in front of the signature: pin that text with the option prefix';

test.each<[string, readonly (readonly [string, string])[]]>([
  [digest, []],
  ['', []],
  [', ', []],
  [
    `${digest}, ${digest}`,
    [
      [digest, 'came more than once, with the same value: alone'],
      [digest, inFront],
    ],
  ],
  [`"${digest}"`, [[digest, 'has quotes around its value: without those']]],
  [`'${digest}'`, [[digest, 'has quotes around its value: without those']]],
  [`'${digest}"`, []],
  [`"${digest}"x`, []],
  [`x"${digest}"`, []],
  ['a%2Fb%3d', [['a/b=', 'is in another encoding: with its %xx decoded']]],
  ['a%2', []],
  ['a%2xb', []],
  [`key ${digest}`, [[digest, inFront]]],
  [`key:${digest}`, [[digest, inFront]]],
  ['key=abc', []],
  [
    Buffer.from(digest.slice(32)).toString('base64'),
    [[digest.slice(32), 'is in another encoding: its base64 holds hex digits. As those']],
  ],
  [Buffer.from('ab').toString('base64'), []],
  [Buffer.from(`!${digest.slice(33)}`).toString('base64'), []],
  [Buffer.from(`${digest.slice(33)}!`).toString('base64'), []],
])('of the signature %j what a sender may have meant is tried', (value, meant) => {
  const expected = meant.map(([instead, cause]) => [[instead], `x-signature ${cause}`]);
  expect(headers({ 'x-other': `"${digest}"`, 'x-signature': value })).toEqual(expected);
});

test('headers with a timestamp or an id are tried in other spellings, too, eight in all', () => {
  expect(headers({ 'x-timestamp': '"1"', 'webhook-id': '"2"', 'x-id-of': '"3"' })).toEqual([
    [['1'], 'x-timestamp has quotes around its value: without those'],
    [['2'], 'webhook-id has quotes around its value: without those'],
  ]);
  const many = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`${'x'.repeat(70)}-timestamp-${n}`, '"1"']));
  expect(headers(many)).toEqual(Array(8).fill([['1'], `${'x'.repeat(64)} has quotes around its value: without those`]));
});
