import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { examplePayload, signDelivery } from '../../../src/testing';
import { makeWorkspace, removeWorkspace, root } from '../../docs/workspace';
import { makePlace } from './kit';

let workspace: string;

beforeAll(() => {
  workspace = makeWorkspace();
}, 60_000);
afterAll(() => removeWorkspace(workspace));

const tsc = join(root, 'node_modules/typescript/bin/tsc');
const { PATH, NODE_OPTIONS } = process.env;

/** Runs Node in a folder as users do, without what Jest adds to the environment. */
function node(cwd: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    env: { PATH, NODE_OPTIONS, ...more },
    encoding: 'utf8',
  });
  return { status, output: `${stdout}${stderr}` };
}

const types = [
  ['a new package', undefined, 'js'],
  ['a package of CommonJS', '{"name":"old"}', 'mjs'],
] as const;

const apps = (['javascript', 'typescript'] as const).flatMap((language) =>
  types.map(([title, before, extension]) => ({ language, title, before, extension })),
);

test.each(apps)(
  'the $language app in $title compiles, passes its test, and takes a signed delivery',
  async ({ language, before, extension }) => {
    const place = makePlace(join(workspace, `${language}-${extension}`));
    if (before !== undefined) place.write('package.json', before);
    expect(await place.init([`--${language}`, '--no-install'])).toMatchObject({ code: 0, stderr: '' });
    if (language === 'typescript') expect(node(place.folder, [tsc])).toEqual({ status: 0, output: '' });
    const folder = language === 'typescript' ? join(place.folder, 'dist') : place.folder;
    const tested = node(folder, ['--test']);
    expect(tested).toEqual({ status: 0, output: expect.stringMatching(/\bpass 2\b/) });
    expect(await startedAtTakenPort(folder, `start.${extension}`)).toEqual({
      status: 1,
      output: expect.stringMatching(
        /^listen EADDRINUSE: .* Stop what listens on port \d+, or set PORT to another one\.\n$/,
      ),
    });
    expect(await takenBy(folder, `start.${extension}`)).toEqual({
      status: 200,
      handled: expect.stringContaining('note_abc123'),
      code: 0,
    });
  },
  120_000,
);

/** Starts the app where its port is taken. */
async function startedAtTakenPort(cwd: string, file: string) {
  const other = createServer().listen(0);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const result = node(cwd, [file], { PORT: String(port), BIGMIND_WEBHOOK_SECRET: 'the secret of the app' });
  other.close();
  return result;
}

/** Starts the app, sends it a signed example, and stops it. */
async function takenBy(cwd: string, file: string) {
  const secret = 'the secret of the app';
  const app = spawn(process.execPath, [file], {
    cwd,
    env: { PATH, PORT: '0', BIGMIND_WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: app.stdout })[Symbol.asyncIterator]();
  const ended = once(app, 'exit');
  try {
    let output = '';
    const until = async (words: RegExp) => {
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        output += `${line.value}\n`;
        const found = words.exec(output);
        if (found !== null) return found[0];
      }
      throw new Error(`The app ended:\n${output}`);
    };
    const url = await until(/http:\S+\/webhooks\/bigmind/);
    const delivery = signDelivery({ payload: examplePayload('notes_created'), secret });
    const { status } = await fetch(url, { method: 'POST', ...delivery });
    const handled = await until(/A note to keep: .*/);
    app.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    return { status, handled, code };
  } finally {
    app.kill('SIGKILL');
  }
}
