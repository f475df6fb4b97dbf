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
  expect(stdout).toContain('no.json: 1 error\n  (the payload) parse: must be JSON in UTF-8\n');
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
