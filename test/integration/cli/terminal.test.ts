import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters as plain } from 'node:util';
import { examplePayload, signDelivery } from '../../../src/testing';
import { onTerminal, type TerminalOptions } from '../../cli/terminal';
import { freePort } from '../kit/free-port';
import { type Command, secret } from './command';
import { makeListenCommand } from './listen-kit';

let command: Command;

beforeAll(async () => {
  command = await makeListenCommand();
});
afterAll(() => command.remove());

/** Runs the command on a terminal. */
function start(args: string, { columns, env }: Partial<TerminalOptions> = {}) {
  return onTerminal(`${process.execPath} ${command.main} ${args}`, {
    cwd: command.folder,
    env: { BIGMIND_WEBHOOK_SECRET: secret, XDG_STATE_HOME: command.state, ...env },
    ...(columns !== undefined && { columns }),
  });
}

/** Lines that are too long, but for words that cannot be broken, such as an address beside its name. */
function tooLong(shown: string, columns: number): string[] {
  return plain(shown)
    .split('\n')
    .filter((line) => line.length > columns && line.trim().includes(' ') && !/^\w+ +http\S+$/.test(line));
}

test.each([60, 100])('on a terminal of %i columns no line of help is longer', async (columns) => {
  const commands = [...(await start('--help', { columns }).ended).shown.matchAll(/^ {2}([\w-]+) /gm)];
  const names = commands.map(([, name]) => name);
  expect(names).toEqual(expect.arrayContaining(['init', 'send', 'listen', 'journal', 'dead-letters', 'completion']));
  for (const name of ['', ...names]) {
    const { code, shown } = await start(`${name} --help`, { columns }).ended;
    expect({ name, code }).toEqual({ name, code: 0 });
    expect(tooLong(shown, columns)).toStrictEqual([]);
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeGreaterThan(columns - 15);
  }
});

/** Starts `listen` on a terminal, and sends it deliveries of which one is signed. */
async function listenTo(options: Partial<TerminalOptions> = {}) {
  const port = await freePort();
  const listening = start(`listen --port ${port} --inspector-port 0`, options);
  await listening.shows('Inspector');
  const url = `http://127.0.0.1:${port}/webhooks/bigmind`;
  const { headers, body } = signDelivery({ payload: examplePayload('scorecard_answers_created'), secret });
  await fetch(url, { method: 'POST', headers, body });
  await listening.shows('processed');
  await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  await listening.shows('unauthenticated');
  return listening;
}

test.each([60, 120])('on %i columns, listen wraps what it says of deliveries', async (columns) => {
  const listening = await listenTo({ columns });
  listening.type('\u0003');
  const { shown } = await listening.ended;
  expect(tooLong(shown, columns)).toStrictEqual([]);
  expect(plain(shown)).toMatch(/200 {2}processed +scorecard_answers_created/);
});

test('Ctrl-C ends listen with a summary and exit code 0, and its port is free', async () => {
  const listening = await listenTo();
  const [, url = ''] = /Receiver +(\S+)/.exec(plain(listening.shown())) ?? [];
  listening.type('\u0003');
  const { code, shown } = await listening.ended;
  expect(code).toBe(0);
  expect(shown).toMatch(/\n2 deliveries received: 1 processed, 1 unauthenticated\.\n$/);
  await expect(fetch(url)).rejects.toThrow();
});

test.each([
  ['a terminal', {}, true],
  ['a terminal with NO_COLOR', { NO_COLOR: '1' }, false],
  ['a terminal without colours', { TERM: 'dumb' }, false],
])('on %s, listen has colours: %o %s', async (_title, env, coloured) => {
  const listening = await listenTo({ env });
  listening.type('\u0003');
  const { shown } = await listening.ended;
  expect(shown.includes('\u001b[32m200')).toBe(coloured);
  if (!coloured) expect(shown).not.toContain('\u001b');
});

test.each([
  ['y', 'src/webhooks.ts'],
  ['n', 'webhooks.js'],
  ['', 'webhooks.js'],
])('init asks at a terminal: after %j the app is %s', async (answer, file) => {
  const folder = `asked-${answer}`;
  const asking = start(`init ${folder} --no-install`, { columns: 60 });
  await asking.shows('Write it in TypeScript? [y/N]');
  expect(existsSync(join(command.folder, folder))).toBe(false);
  asking.type(`${answer}\n`);
  const { code, shown } = await asking.ended;
  expect(code).toBe(0);
  expect(existsSync(join(command.folder, folder, file))).toBe(true);
  // What is to be copied stays on one line.
  expect(plain(shown)).toContain(
    '\n  npx bigmind-webhooks send notes_created --url http://127.0.0.1:3000/webhooks/bigmind\n',
  );
});

test('Ctrl-C at the question of init writes nothing, with exit code 130', async () => {
  const before = readdirSync(command.folder);
  const asking = start('init never');
  await asking.shows('[y/N]');
  asking.type('\u0003');
  expect((await asking.ended).code).toBe(130);
  expect(readdirSync(command.folder)).toEqual(before);
});
