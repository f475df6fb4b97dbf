import { execFileSync } from 'node:child_process';
import { toCurl } from '../../../src/cli/inspector/to-curl';

test('a body of plain text stands in the line as it is', () => {
  const line = toCurl(
    { method: 'POST', url: '/', headers: {}, body: Buffer.from(`@it's {"a":"$(id)"}`) },
    'http://127.0.0.1/',
  );
  expect(line).toBe(`curl -i -X POST --data-raw '@it'\\''s {"a":"$(id)"}' 'http://127.0.0.1/'`);
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
