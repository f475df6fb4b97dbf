// Modules for `--app` that wait, throw late or print much.
import { type Command, makeCommand, type Running } from '../../integration/cli/command';

let command: Command;

beforeAll(async () => {
  command = await makeCommand();
});
afterAll(() => command.remove());

function start(name: string, text: string, ...args: string[]): Running {
  command.file(name, text);
  return command.start(['dead-letters', 'list', '--app', `./${name}`, ...args], { stdin: null });
}

/** Resolves when the command has written this to standard error. */
async function told({ child }: Running, text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => chunk.includes(text) && resolve());
  });
}

test.each([
  ['that waits at the top', 'await new Promise(() => undefined);', 'SIGINT', 130],
  ['whose promise never comes', 'export default new Promise(() => undefined);', 'SIGTERM', 143],
] as const)('a signal ends the wait for a module %s, although it holds a timer', async (title, text, signal, code) => {
  const name = `${title.replaceAll(/\W/g, '-')}.mjs`;
  const running = start(name, `setInterval(() => undefined, 1000); console.log('waits'); ${text}`);
  await told(running, 'waits');
  // A promise that is exported is awaited a moment after the module has run.
  await new Promise((resolve) => setTimeout(resolve, 200));
  running.child.kill(signal);
  expect(await running.ended).toEqual({ code, stdout: '', stderr: 'waits\n' });
});

test('a module whose exported promise starts a server is refused, and nothing listens', async () => {
  const text = `
    setInterval(() => undefined, 1000);
    module.exports = (async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => require('node:http').createServer().listen(0, resolve));
    })();`;
  expect(await start('serves-later.js', text).ended).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: --app \.\/serves-later\.js starts a server\. Export the receiver/),
  });
});

test('a server of the module itself never listens, however late; one that the app needs for its work does', async () => {
  const text = `
    const { once } = require('node:events');
    const { createServer } = require('node:http');
    const { setTimeout: wait } = require('node:timers/promises');
    const { bigmindWebhooks } = require('bigmind-webhooks');
    const own = createServer();
    const isTried = wait(100).then(() => { own.listen(0); });
    const list = async () => {
      await isTried;
      const needed = createServer().listen(0);
      await once(needed, 'listening');
      console.log('own', own.listening, 'needed', needed.listening);
      return [];
    };
    const deadJobs = { list, get() {}, redrive() {}, discard() {} };
    module.exports = bigmindWebhooks({ queue: { open() {}, async enqueue() {}, async work() {}, deadJobs }, logger: false });`;
  expect(await start('serves.js', text).ended).toEqual({
    code: 0,
    stdout: '',
    stderr: 'own false needed true\nThere are no dead letters.\n',
  });
});

test.each([
  [
    'an export that throws when it is read',
    'getter.js',
    'Object.defineProperty(exports, "webhooks", { enumerable: true, get() { throw new Error("no database"); } });',
    /^error: --app \.\/getter\.js cannot be loaded: Error: no database\n +at .*getter\.js:1/,
  ],
  [
    'a mistake of syntax, with its place',
    'wrong.js',
    '\nconst port = ;',
    /^error: --app \.\/wrong\.js cannot be loaded: SyntaxError: Unexpected token ';'\n +at .*wrong\.js:2\n$/,
  ],
  [
    'a mistake of syntax in an ES module, with its place or with how to find it,',
    'wrong.mjs',
    '\nconst port = ;',
    // Node 20 does not say it.
    /^error: --app \.\/wrong\.mjs cannot be loaded: SyntaxError: Unexpected token ';'\n(?: +at .*wrong\.mjs:2|node --check \.\/wrong\.mjs says where, unless it is in a module that this one imports: check that one, then\.)\n$/,
  ],
])('%s is told in words', async (_title, name, text, message) => {
  expect(await start(name, text).ended).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
});

test('a reason that others wrote acts on no terminal in lines of JSON, and is read as it was', async () => {
  const text = `
    const { bigmindWebhooks } = require('bigmind-webhooks');
    const letter = { id: 'letter', job: {}, reason: 'evil \\u009b31m \\u202e', attempts: 1, failedAt: new Date(0) };
    const deadJobs = { list: async () => [letter], get() {}, redrive() {}, discard() {} };
    module.exports = bigmindWebhooks({ queue: { open() {}, async enqueue() {}, async work() {}, deadJobs }, logger: false });`;
  const { stdout } = await start('evil.js', text, '--json').ended;
  expect(stdout).not.toMatch(/[\u009b\u202e]/);
  expect(JSON.parse(stdout)).toMatchObject({ reason: 'evil \u009b31m \u202e' });
});

test('a program that reads slowly gets all that is printed', async () => {
  const text = `
    const { bigmindWebhooks } = require('bigmind-webhooks');
    const letter = { id: 'letter', job: {}, reason: 'long '.repeat(8000), attempts: 1, failedAt: new Date(0) };
    const deadJobs = { list: async ({ limit }) => Array(limit).fill(letter), get() {}, redrive() {}, discard() {} };
    module.exports = bigmindWebhooks({ queue: { open() {}, async enqueue() {}, async work() {}, deadJobs }, logger: false });`;
  const running = start('much.js', text, '--json', '--limit', '100');
  running.child.stdout?.pause();
  setTimeout(() => running.child.stdout?.resume(), 3000);
  const { code, stdout } = await running.ended;
  expect(stdout.trimEnd().split('\n')).toHaveLength(100);
  expect(code).toBe(0);
});

test.each([
  ['journal', 'find'],
  ['dead-letters', 'list'],
])(
  '%s %s reads no further than a slow program does, which gets all of it',
  async (...words) => {
    const text = `
      const { bigmindWebhooks } = require('bigmind-webhooks');
      const reason = 'long '.repeat(4000);
      const letter = { id: 'letter', job: {}, reason, attempts: 1, failedAt: new Date(0) };
      const deadJobs = { async list({ limit }) { console.log('read'); return Array(limit).fill(letter); }, get() {}, redrive() {}, discard() {} };
      async function* find() {
        const entry = { key: 'key', scheme: 'hmac', receivedAt: 0, headers: { reason }, params: {}, rawBody: Buffer.alloc(0) };
        for (let position = 0; ; position += 1) {
          if (position % 100 === 0) console.log('read');
          yield { ...entry, position: String(position) };
        }
      }
      const none = Object.fromEntries(['open', 'append', 'ended', 'forget', 'stats', 'mark', 'marked'].map((name) => [name, async () => undefined]));
      const queue = { open() {}, async enqueue() {}, async work() {}, deadJobs };
      module.exports = bigmindWebhooks({ secret: 'the secret', queue, journal: { ...none, find }, logger: false });`;
    command.file('endless.js', text);
    const running = command.start([...words, '--json', '--limit', '800', '--app', './endless.js']);
    const { stdout, stderr } = running.child;
    stdout?.pause();
    let pages = 0;
    stderr?.on('data', (chunk: Buffer) => (pages += chunk.toString().split('read').length - 1));
    await told(running, 'read');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(pages).toBeLessThan(4);
    stdout?.resume();
    const ended = await running.ended;
    expect(ended.stdout.trimEnd().split('\n')).toHaveLength(800);
    expect([pages, ended.code]).toEqual([8, 0]);
  },
  60_000,
);

/** A receiver whose queue has no dead letters. */
const empty = `
  const { bigmindWebhooks } = require('bigmind-webhooks');
  const deadJobs = { list: async () => [], get: async () => undefined, redrive() {}, discard() {} };
  module.exports = bigmindWebhooks({ queue: { open() {}, async enqueue() {}, async work() {}, deadJobs }, logger: false });`;

test('the exit code is the command’s, whatever the module sets', async () => {
  command.file('sets-code.js', `${empty} process.exitCode = 7;`);
  const ended = await command.run(['dead-letters', 'list', '--app', './sets-code.js']);
  expect(ended).toEqual({ code: 0, stdout: '', stderr: 'There are no dead letters.\n' });
});
