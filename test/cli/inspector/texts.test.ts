import { execFileSync } from 'node:child_process';
import { toCurl } from '../../../src/cli/inspector/curl';
import { childPointer, isWithin, splitPointer } from '../../../src/cli/inspector/page/pointer';
import { parseTarget } from '../../../src/cli/sending/target';
import { textRuns, visibleText } from '../../../src/cli/visible-text';

test.each([
  ['plain text stays, in any script: é 漢字 שלום 👍 ❤️', 'plain text stays, in any script: é 漢字 שלום 👍 ❤️'],
  ['a\u202eb\u2066c\u200bd\ufeff', 'a\\u202eb\\u2066c\\u200bd\\ufeff'],
  ['\u0000\u001b[31m\u007f\u009b', '\\u0000\\u001b[31m\\u007f\\u009b'],
  ['one\ntwo\r\n\tthree\u2028', 'one\\ntwo\\r\\n\\tthree\\u2028'],
  ['\ud800 half', '\\ud800 half'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
])('shows %j as %s', (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test('an escape is told from a text that looks like one', () => {
  expect(textRuns('\\u202e\u202e.')).toEqual([
    { text: '\\u202e', escape: false },
    { text: '\\u202e', escape: true },
    { text: '.', escape: false },
  ]);
});

test('a line for curl means the same bytes to a shell, and nothing else', () => {
  const body = Buffer.from('it\'s "$(touch x)" `id` \n\u0000\u001b \xff');
  const headers = {
    host: 'left out',
    'content-length': '1',
    connection: 'x-hop',
    'x-hop': 'left out',
    'x-quoted': "it's $(id)",
    'x-empty': '',
    'x-odd': '\u009b31m',
  };
  const line = toCurl({ method: 'POST', url: '/', headers, body }, "http://127.0.0.1/it's");
  // The shell gets our own program in place of curl: it prints what it was given.
  const curl = 'curl() { for word in "$@"; do printf "%s\\n" "$word"; done; od -An -v -tx1 | tr -d " \\n"; }';
  const given = execFileSync('sh', ['-c', `${curl}\n${line}`])
    .toString()
    .split('\n');
  expect(given).toEqual([
    '-i',
    '-X',
    'POST',
    '-H',
    "x-quoted: it's $(id)",
    '-H',
    'x-empty;',
    '--data-binary',
    '@-',
    "http://127.0.0.1/it's",
    body.toString('hex'),
  ]);
});

test.each(['ftp://a/', 'file:///etc/passwd', 'localhost:3000', '', 'http://user:pass@127.0.0.1/', 'javascript:1'])(
  'an app is not at %j',
  (text) => {
    expect(() => parseTarget(text)).toThrow(/^expected/);
  },
);

test('pointers lead to keys of any spelling', () => {
  expect(childPointer('/data', 'a/b~c')).toBe('/data/a~1b~0c');
  expect(splitPointer('/data/a~1b~0c')).toEqual({ parent: '/data', key: 'a/b~c' });
  expect(splitPointer('/event')).toEqual({ parent: '', key: 'event' });
  expect([isWithin('/ab', '/a'), isWithin('/a/b', '/a'), isWithin('/a', ''), isWithin('', '')]).toEqual([
    false,
    true,
    true,
    true,
  ]);
});
