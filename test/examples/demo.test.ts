import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eventNames } from '../../src/index';
import { readDocument } from '../docs/markdown';
import { copyExample, makeWorkspace, removeWorkspace, write } from '../docs/workspace';
import { examplesOf } from '../fixtures/reference-examples';

const genuine = eventNames.flatMap((name) => examplesOf(name).map(({ event }) => event));
const titles = [
  ...genuine,
  'forged (another secret)',
  'malformed (cut-off JSON)',
  'schema-invalid todo_created',
  'unknown event',
  'repeated agent_run_completed',
];
/** The genuine deliveries that docs/testing.md shows. It has `…` for the others, and no number, so that events may be added. */
const inReadme = ['notes_created', 'todo_created'];

let workspace: string;
let demo: string;

beforeAll(() => {
  workspace = makeWorkspace();
  demo = copyExample(workspace, 'demo');
}, 60_000);

afterAll(() => removeWorkspace(workspace));

function run(file: string): { readonly status: number | null; readonly lines: string[]; readonly stderr: string } {
  const { PATH } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    encoding: 'utf8',
    env: { PATH },
    timeout: 30_000,
  });
  return { status, lines: stdout.trimEnd().split('\n'), stderr };
}

const titleOf = (line: string) => line.slice(4, 36).trim();

function abridged(lines: readonly string[]): string {
  const left = genuine.filter((name) => !inReadme.includes(name)) as string[];
  const shown = lines.map((line) => (left.includes(titleOf(line)) ? '…' : line));
  return shown.filter((line, index) => line !== '…' || shown[index - 1] !== '…').join('\n');
}

test('sends every event and every kind of refusal, as docs/testing.md shows; ends by itself and exits 0', () => {
  const { status, lines, stderr } = run(join(demo, 'demo.js'));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const results = lines.filter((line) => line.startsWith('ok  '));
  expect(results.map(titleOf)).toEqual(titles);
  expect(lines.slice(1)).toEqual([
    ...results,
    '',
    `${titles.length} deliveries sent, ${titles.length} ended as expected.`,
  ]);
  expect(readDocument('docs/testing.md')).toContain(`\`\`\`text\n${abridged(lines.slice(0, -2))}\n\`\`\`\n`);
});

test('exits 1 when a delivery ends in another way than expected, and says which', () => {
  const file = write(
    demo,
    'other-expectation.js',
    `const [first, ...rest] = require('./deliveries').demoDeliveries();
    const deliveries = [{ ...first, expected: { status: 401, outcome: 'unauthenticated' } }, ...rest];
    require('./demo').main({ deliveries });`,
  );
  const { status, lines } = run(file);
  expect(status).toBe(1);
  expect(lines.filter((line) => line.startsWith('NO'))).toHaveLength(1);
  expect(lines).toContain('    expected 401 unauthenticated');
  expect(lines.at(-1)).toBe(`${titles.length} deliveries sent, ${titles.length - 1} ended as expected.`);
});

test('counts a handler that was not called, one that should not have been, and one that saw something else', () => {
  const file = write(
    demo,
    'other-handlers.js',
    `const { runDemo } = require('./demo');
    const { handlers } = require('./handlers');
    const deliveries = require('./deliveries').demoDeliveries();
    const sent = deliveries.filter(({ title }) => title === 'email_sent');
    const { email_sent } = handlers;
    async function runAll() {
      delete handlers.email_sent;
      await runDemo({ deliveries: sent });
      handlers.email_sent = ({ data }) => { data.subject = 'another'; return 'changed'; };
      await runDemo({ deliveries: sent });
      handlers.email_sent = email_sent;
      await runDemo({ deliveries: [{ ...sent[0], expected: { status: 200, outcome: 'ignored' } }] });
      await runDemo({ deliveries: sent });
    }
    runAll();`,
  );
  const { lines } = run(file);
  const [first, ...others] = lines.filter((line) => /^(ok|NO) /.test(line));
  expect(first).toMatch(/^NO +email_sent +200 +unhandled +\(not called\)$/);
  expect(others).toEqual([
    expect.stringMatching(/^NO +email_sent +200 +processed +changed$/),
    expect.stringMatching(/^NO +email_sent +200 +processed +"Follow-up/),
    expect.stringMatching(/^ok +email_sent +200 +processed +"Follow-up/),
  ]);
});
