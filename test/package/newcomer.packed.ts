// The first five minutes of a newcomer, with the package as it is installed: no path leads into the repository.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { installed, run } from './install';

const secret = 'the secret of a newcomer';
const folder = installed().consumers[5];
const command = join(folder, 'node_modules/.bin/bigmind-webhooks');
const schemes = ['hmac', 'stripe', 'slack', 'two-header', 'standard-webhooks'];
const saved = join(folder, 'deliveries.ndjson');

let listening: ChildProcess;
let receiver = '';
let inspector = '';
const events: string[] = [];

beforeAll(async () => {
  const env = { ...process.env, BIGMIND_WEBHOOK_SECRET: secret };
  listening = spawn(command, ['listen', '--json', '--port', '0', '--save', saved], { cwd: folder, env });
  await new Promise<void>((resolve, reject) => {
    listening.once('exit', (code) => reject(new Error(`listen ended with exit code ${code}`)));
    createInterface({ input: listening.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const told = JSON.parse(line) as Readonly<Record<string, string>>;
      if (told['type'] === 'delivery') events.push(told['event'] ?? '');
      else if (told['receiver'] !== undefined) {
        receiver = told['receiver'];
        inspector = told['inspector'] ?? '';
        resolve();
      }
    });
  });
}, 30_000);

afterAll(() => listening.kill('SIGKILL'));

function bigmind(args: readonly string[], secretGiven = secret) {
  const env = { ...process.env, BIGMIND_WEBHOOK_SECRET: secretGiven };
  return spawnSync(command, args, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
}

test('the command that is installed says its version', () => {
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules/bigmind-webhooks/package.json'), 'utf8')) as {
    version: string;
  };
  expect(run(folder, command, '--version')).toBe(`${version}\n`);
});

test('listen receives every event that has a schema from send, and its page is there', async () => {
  const schemas = readdirSync(join(folder, 'node_modules/bigmind-webhooks/schemas')).sort();
  const known = schemas.map((file) => file.replace('.schema.json', '')).filter((name) => name !== 'common');
  const { status, stderr } = bigmind(['send', '--all', '--url', receiver]);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  const deadline = Date.now() + 20_000;
  while (new Set(events).size < known.length && Date.now() < deadline) await new Promise(setImmediate);
  expect([...new Set(events)].sort()).toEqual(known);
  const page = await fetch(inspector);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await page.text()).toContain('<title>');
});

test('detect names the line that pins each scheme, of deliveries that listen saved, and none for a wrong secret', async () => {
  const before = readFileSync(saved, 'utf8').trimEnd().split('\n').length;
  for (const scheme of schemes) {
    const { status, stderr } = bigmind(['send', 'todo_created', '--scheme', scheme, '--url', receiver]);
    expect({ scheme, status, stderr: status === 0 ? '' : stderr }).toEqual({ scheme, status: 0, stderr: '' });
  }
  const { status, stdout } = bigmind(['detect', '--json', saved]);
  const found = stdout
    .trimEnd()
    .split('\n')
    .slice(before)
    .map((line) => JSON.parse(line) as { readonly match?: { readonly pin: string } });
  expect(status).toBe(0);
  expect(found.map(({ match }) => match?.pin)).toEqual([
    expect.stringMatching(/^signature: hmac\(\{ header: '/),
    expect.stringMatching(/^signature: timestampedHmac\(\{ header: '/),
    expect.stringMatching(/^signature: timestampedHmac\(\{.*content: 'v0:\{timestamp\}:\{body\}'/),
    expect.stringMatching(/^signature: timestampedHmac\(\{.*timestampHeader: '/),
    expect.stringMatching(/^signature: standardWebhooks\(/),
  ]);
  const wrong = bigmind(['detect', saved], 'another secret');
  expect([wrong.status, /signature: \w+\(/.test(wrong.stdout)]).toEqual([1, false]);
});

test('Ctrl-C ends listen cleanly', async () => {
  listening.removeAllListeners('exit');
  const ended = once(listening, 'exit');
  listening.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
});
