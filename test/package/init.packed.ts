// What `init` writes, with the package as it is installed, by the commands that it prints.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { installed, run } from './install';

const { folder, tarball } = installed();
const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
process.env['XDG_STATE_HOME'] = join(folder, 'state');

/** The commands that `init` printed, in groups: start, send, test. */
function printed(stdout: string): string[] {
  return stdout.split('\n\n').flatMap((group) => {
    const lines = group.split('\n').filter((line) => line.startsWith('  '));
    return lines.length === 0 ? [] : [lines.map((line) => line.trim()).join(' && ')];
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs an app by what was printed, on a port that is free; what `send` printed, and what the handler did. */
async function tryApp(cwd: string, [start = '', send = '', test = '']: readonly string[]) {
  const port = await freePort();
  // A group of its own, so that what npm starts ends, too.
  const app: ChildProcess = spawn('bash', ['-c', start], {
    cwd,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let output = '';
  app.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const until = async (words: string) => {
    const deadline = Date.now() + 60_000;
    while (!output.includes(words)) {
      if (Date.now() > deadline) throw new Error(`The app did not say "${words}":\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  try {
    await until(`http://127.0.0.1:${port}/webhooks/bigmind`);
    const sent = run(cwd, 'bash', '-c', send.replace('127.0.0.1:3000', `127.0.0.1:${port}`));
    await until('A note to keep: note_abc123');
    return { sent, tested: run(cwd, 'bash', '-c', test) };
  } finally {
    if (app.pid !== undefined) process.kill(-app.pid, 'SIGKILL');
  }
}

const works = {
  sent: expect.stringMatching(/^200 {2}processed +notes_created/),
  tested: expect.stringMatching(/pass 2\b/),
};

test.each(['javascript', 'typescript'])(
  'after the quick start, the %s app runs by what init prints',
  async (language) => {
    const home = join(folder, `init-${language}`);
    mkdirSync(home);
    run(
      home,
      'bash',
      '-c',
      `npm init -y && npm pkg set type=module && npm install ${quietly.join(' ')} ${tarball} express`,
    );
    const stdout = run(home, 'npx', 'bigmind-webhooks', 'init', `--${language}`);
    expect(stdout).toContain('Its test passes (npm test)');
    expect(await tryApp(home, printed(stdout))).toEqual(works);
  },
);

test('in an empty folder, with nothing installed, npx writes a strict app in TypeScript that runs', async () => {
  const home = join(folder, 'init-empty');
  mkdirSync(home);
  const npx = ['exec', '--yes', `--package=${tarball}`, '--', 'bigmind-webhooks'];
  const stdout = run(home, 'npm', ...npx, 'init', 'my-app', '--typescript', '--no-install');
  const path = join(home, 'my-app/package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { dependencies: Record<string, string> };
  expect(manifest.dependencies['bigmind-webhooks']).toMatch(/^\^\d/);
  // The version that it asks for is not published yet.
  manifest.dependencies['bigmind-webhooks'] = `file:${tarball}`;
  writeFileSync(path, JSON.stringify(manifest));
  expect(await tryApp(home, printed(stdout))).toEqual(works);
  expect(JSON.parse(readFileSync(join(home, 'my-app/tsconfig.json'), 'utf8'))).toMatchObject({
    compilerOptions: { strict: true },
  });
});
