import { toSavedLine } from '../../../src/cli/captured/parse-captured';
import { examplePayload } from '../../../src/testing';
import { type Command, jsonLines, makeCommand } from './command';

let command: Command;

beforeAll(async () => {
  command = await makeCommand();
});

afterAll(() => command.remove());

const todo = examplePayload('todo_created');
const valid = JSON.stringify(todo, null, 2);
const invalid = JSON.stringify({ ...todo, timestamp: 'the secret day', webhook_id: 7, data: {} });

function saved(text: string): string {
  return `${toSavedLine({ method: 'POST', url: '/', headers: {}, body: Buffer.from(text) })}\n`;
}

test('says that a payload is valid, without needing a secret', async () => {
  const file = command.file('todo.json', valid);
  const ended = await command.run(['validate', file], { secret: null });
  expect(ended).toEqual({ code: 0, stdout: `${file}: todo_created, valid\n`, stderr: '' });
});

test('lists all errors of all files with their places, and never a value', async () => {
  const files = [
    command.file('bad.json', invalid),
    command.file('good.json', valid),
    command.file('no.json', '{"event"'),
  ];
  const { code, stdout, stderr } = await command.run(['validate', ...files]);
  expect(stdout).toMatch(/bad\.json: todo_created, \d+ errors\n/);
  for (const line of [
    '/timestamp format: must be a date-time',
    '/webhook_id type: ',
    '/data/todo_id required: must be present',
  ]) {
    expect(stdout).toContain(`\n  ${line}`);
  }
  expect(stdout).toContain('good.json: todo_created, valid\n');
  expect(stdout).toContain('no.json: 1 error\n  (the payload) parse: must be JSON: line 1, column 9, expected :\n');
  expect(stdout).not.toContain('secret day');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
});

test('--json prints a line for each payload', async () => {
  const file = command.file('bad.json', invalid);
  const { code, stdout } = await command.run(['validate', '--json', file, '-'], { stdin: valid });
  const [bad, good] = jsonLines(stdout);
  expect(bad).toMatchObject({ file, event: 'todo_created', valid: false });
  expect(bad?.['errors']).toContainEqual({ pointer: '/timestamp', keyword: 'format', detail: 'must be a date-time' });
  expect(good).toStrictEqual({ file: 'standard input', event: 'todo_created', valid: true, errors: [] });
  expect(code).toBe(1);
});

test.each<[string, string]>([
  ['saved deliveries', saved(valid) + saved(invalid)],
  ['payloads on lines', `${JSON.stringify(todo)}\n${invalid}\n`],
  [
    'a HAR file',
    JSON.stringify({
      log: { entries: [valid, invalid].map((text) => ({ request: { method: 'POST', postData: { text } } })) },
    }),
  ],
])('takes %s, and says which is wrong', async (_title, text) => {
  const { code, stdout } = await command.run(['validate', '-'], { stdin: text });
  expect(stdout).toMatch(/^standard input:1: todo_created, valid\nstandard input:2: todo_created, \d+ errors\n/);
  expect(code).toBe(1);
});

test('takes a request as text', async () => {
  const text = `POST /webhooks HTTP/1.1\r\nContent-Type: application/json\r\n\r\n${valid}`;
  const { code, stdout } = await command.run(['validate', '-'], { stdin: text });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'standard input: todo_created, valid\n' });
});

test('what a payload calls itself cannot write to the terminal', async () => {
  const { code, stdout } = await command.run(['validate', '-'], { stdin: '{"event":"\\u001b[2Jgone"}' });
  expect(stdout).toBe('standard input: 1 error\n  /event enum: must be the name of a known event\n');
  expect(code).toBe(1);
});

test('--drift lists what the schemas do not know beside the errors, and is no error itself', async () => {
  const updated = examplePayload('todo_updated');
  const drifting = {
    ...updated,
    brand_new: 'free text',
    data: { ...updated.data, status: 'snoozed', priority: 'as you wish' },
  };
  const file = command.file('drifting.json', JSON.stringify(drifting));
  const places =
    '  /data/priority unlisted-value\n  /data/status unlisted-value: snoozed\n  /brand_new unknown-property\n';
  const { code, stdout, stderr } = await command.run(['validate', '--drift', file]);
  const [first, ...rest] = stdout.split('\n');
  expect(first).toBe(`${file}: todo_updated, valid`);
  expect(rest.toSorted()).toEqual(places.split('\n').toSorted());
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((await command.run(['validate', file])).stdout).toBe(`${file}: todo_updated, valid\n`);

  const broken = JSON.stringify({ ...drifting, timestamp: 'never' });
  const event = 'todo_updated';
  const both = await command.run(['validate', '--drift', '--json', '-'], { stdin: broken });
  expect(jsonLines(both.stdout)).toEqual([
    expect.objectContaining({
      valid: false,
      errors: [{ pointer: '/timestamp', keyword: 'format', detail: 'must be a date-time' }],
      drift: expect.arrayContaining([
        { event, path: '/brand_new', kind: 'unknown-property' },
        { event, path: '/data/status', kind: 'unlisted-value', example: 'snoozed' },
        { event, path: '/data/priority', kind: 'unlisted-value' },
      ]) as unknown,
    }),
  ]);
  expect(both.stdout).not.toMatch(/free text|as you wish/);
  expect(both.code).toBe(1);
});

test('counts the line of what is not JSON in the file, where it has a payload on each line', async () => {
  const lines = command.file('lines.ndjson', `${JSON.stringify(todo)}\n\n{oops\n`);
  const { code, stdout } = await command.run(['validate', lines]);
  expect(stdout).toContain(
    `${lines}:3: 1 error\n  (the payload) parse: must be JSON: line 3, column 2, expected a name in double quotes or }\n`,
  );
  expect(code).toBe(1);
});

test('reads a request on each line, as detect does, with its payload', async () => {
  const requests = [todo, { ...todo, timestamp: 'never' }].map((payload) =>
    JSON.stringify({ method: 'POST', headers: { 'x-acme': '1' }, body: JSON.stringify(payload) }),
  );
  const file = command.file('requests.ndjson', `${requests.join('\n\n')}\r\n`);
  const { code, stdout } = await command.run(['validate', file]);
  expect(stdout).toBe(
    `${file}:1: todo_created, valid\n${file}:3: todo_created, 1 error\n  /timestamp format: must be a date-time\n`,
  );
  expect(code).toBe(1);
});

test('says line and column of what is not JSON, and the nearest event, and repeats neither', async () => {
  const broken = command.file('broken.json', '{\n  "event": "todo_created",\n  "data": the secret text\n}');
  const { code, stdout } = await command.run(['validate', broken]);
  expect(stdout).toBe(`${broken}: 1 error\n  (the payload) parse: must be JSON: line 3, column 11, expected a value\n`);
  const misspelt = await command.run(['validate', '-'], { stdin: JSON.stringify({ ...todo, event: 'todo_craeted' }) });
  expect(misspelt.stdout).toContain('must be the name of a known event. Did you mean todo_created?');
  expect(stdout + misspelt.stdout).not.toMatch(/the secret text|craeted/);
  expect([code, misspelt.code]).toEqual([1, 1]);
});

test('reads a list, and UTF-16 with and without a byte order mark', async () => {
  const list = `[${valid},${invalid}]`;
  const marked = Buffer.from(`\ufeff${list}`, 'utf16le');
  for (const bytes of [Buffer.from(`\ufeff${list}`), marked, marked.subarray(2), Buffer.from(marked).swap16()]) {
    const { stdout } = await command.run(['validate', '-'], { stdin: bytes });
    expect(stdout).toMatch(/^standard input:1: todo_created, valid\nstandard input:2: todo_created, \d+ errors\n/);
  }
  const empty = await command.run(['validate', '-'], { stdin: '[]' });
  expect(empty).toMatchObject({ code: 1, stdout: '', stderr: 'error: There is no payload in standard input.\n' });
});
