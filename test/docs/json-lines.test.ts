// The fields that docs/cli.md lists for `--json` are those that the commands print: none is missing, none is new.
import { rmSync } from 'node:fs';
import { examplePayload, signDelivery } from '../../src/testing';
import { type App, makeApp } from '../cli/journal/kit';
import { type Command, jsonLines, secret } from '../integration/cli/command';
import { makeListenCommand, startListen, until } from '../integration/cli/listen-kit';
import { deadUrl } from '../integration/cli/receiver';
import { readDocument } from './markdown';

type Line = Readonly<Record<string, unknown>>;

/** What the cell of a command lists: the names of fields at any depth, without values that stand for themselves. */
function listed(command: string): string[] {
  const lines = readDocument('docs/cli.md').split('\n');
  const cells = lines.findLast((line) => line.startsWith(`| \`${command}\``))?.split('|') ?? [];
  const code = [...(cells[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  const bare = code
    .join(' ')
    .replaceAll(/"type":"\w+"/g, 'type')
    .replaceAll(/\[(?:handler|id), …\]|\{name: |--\w+/g, '');
  return [...new Set(bare.match(/\w+/g))].toSorted();
}

/** Fields whose own fields are names of the sender's or the user's. So is `errors` of a summary, by message. */
const open = new Set(['headers', 'params', 'locals', 'outcomes', 'statuses', 'handlers', 'app', 'tried']);

/** The names of the fields of what was printed, at any depth. */
function printed(lines: readonly Line[]): string[] {
  const names = new Set<string>();
  function look(value: unknown): void {
    if (Array.isArray(value)) value.forEach(look);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        names.add(name);
        if (!open.has(name) && (name !== 'errors' || Array.isArray(inner))) look(inner);
      }
    }
  }
  lines.forEach(look);
  return [...names].toSorted();
}

let command: Command;
let app: App;

beforeAll(async () => {
  command = await makeListenCommand();
  app = makeApp(command);
  const payload = examplePayload('notes_created');
  command.file('broken.json', JSON.stringify({ ...payload, data: { ...payload.data, note_id: 1, extra: true } }));
  command.file('lines.ndjson', `${JSON.stringify({ event: 'notes_created' })}\n${JSON.stringify(payload)}\n`);
  command.file('drift.json', JSON.stringify({ ...payload, data: { ...payload.data, note_type: 'a_new_type' } }));
  const { headers, body } = signDelivery({ payload, secret });
  const pairs = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  command.file('signed.http', `POST /webhooks/bigmind HTTP/1.1\n${pairs.join('\n')}\n\n${body}`);
}, 60_000);
afterAll(() => {
  app.remove();
  command.remove();
});

async function lines(args: readonly string[]): Promise<Line[]> {
  const { stdout, stderr } = await command.run(args);
  if (stdout === '') throw new Error(stderr);
  return jsonLines(stdout);
}

test('send and replay', async () => {
  const listening = await startListen(command);
  const answered = await lines(['send', 'todo_created', '--json', '--url', listening.receiver]);
  const refused = await lines(['send', '--data', 'broken.json', '--force', '--json', '--url', listening.receiver]);
  const nobody = await lines(['send', 'todo_created', '--json', '--url', await deadUrl()]);
  const replayed = await lines(['replay', 'signed.http', '--json', '--url', listening.receiver]);
  listening.child.kill('SIGINT');
  await listening.ended;
  expect(printed([...answered, ...refused, ...nobody, ...replayed])).toEqual(listed('send'));
});

test('validate', async () => {
  const found = await lines(['validate', '--drift', '--json', 'lines.ndjson', 'drift.json']);
  expect(printed(found)).toEqual(listed('validate'));
});

test('detect', async () => {
  const found = await lines(['detect', '--json', 'signed.http']);
  const scheme = await lines(['send', 'todo_created', '--scheme', 'stripe', '--print', '--json']);
  command.file('stripe.ndjson', `${scheme.map((line) => JSON.stringify(line)).join('\n')}\n`);
  const stale = await lines(['detect', '--json', 'stripe.ndjson']);
  expect(printed([...found, ...stale])).toEqual(listed('detect'));
});

test('listen', async () => {
  const listening = await startListen(command, ['--forward', await deadUrl()]);
  await lines(['send', 'todo_created', '--json', '--url', listening.receiver]);
  await fetch(listening.receiver);
  await until(() => listening.deliveries().length >= 2);
  listening.child.kill('SIGINT');
  const { stdout } = await listening.ended;
  expect(printed(jsonLines(stdout))).toEqual(listed('listen'));
});

test('journal', async () => {
  const fails = (note: string): void => {
    if (note !== 'note_1') throw new Error('down');
  };
  await app.receive([{ note: 'note_1' }, { note: 'note_2' }, { note: 'note_3' }, { note: 'note_4' }], fails);
  const run = async (...args: readonly string[]) => {
    const { stdout, stderr } = await app.run(['journal', ...args, '--json'], { FAIL: 'note_4' });
    if (stdout === '') throw new Error(stderr);
    return jsonLines(stdout);
  };
  expect(printed(await run('find', '--body'))).toEqual(listed('journal find'));
  expect(printed(await run('stats'))).toEqual(listed('journal stats'));
  const ended = app.start(['journal', 'replay', '--name', 'again', '--concurrency', '1', '--json'], { SLOW: '500' });
  await until(() => app.runs().length > 0);
  ended.child.kill('SIGINT');
  const { stdout: early } = await ended.ended;
  const replayed = [...jsonLines(early), ...(await run('replay', '--name', 'again'))];
  expect(printed(replayed)).toEqual(listed('journal replay'));
  expect(printed(await run('forget', '--tenant', 'acme', '--yes'))).toEqual(listed('journal forget'));
  rmSync(app.directory, { recursive: true, force: true });
});

test('dead-letters', async () => {
  command.file(
    'dead.js',
    `const { bigmindWebhooks } = require('bigmind-webhooks');
    const letter = {
      id: '1', key: 'k', event: 'notes_created', tenant: 'acme', replayed: false, reason: 'crm: down', attempts: 12, failedAt: new Date(),
      receivedAt: new Date(), headers: { a: 'b' }, params: { tenant: 'acme' }, locals: { region: 'eu' }, rawBody: Buffer.from('{}'),
    };
    const deadLetters = {
      list: async () => [letter], get: async () => letter, redrive: async (ids) => ids.length, discard: async () => true,
    };
    const webhooks = bigmindWebhooks();
    module.exports = new Proxy(webhooks, {
      get: (target, name) => (name === 'deadLetters' ? deadLetters : Reflect.get(target, name, target)),
    });`,
  );
  const run = async (...args: readonly string[]) =>
    await lines(['dead-letters', ...args, '--json', '--app', './dead.js']);
  const shown = [...(await run('list')), ...(await run('show', '1', '--body'))];
  expect(printed(shown)).toEqual(listed('dead-letters list').filter((name) => name !== 'show'));
  expect(printed(await run('redrive', '1'))).toEqual(listed('dead-letters redrive'));
  expect(printed(await run('discard', '1', '--yes'))).toEqual(listed('dead-letters discard'));
});
