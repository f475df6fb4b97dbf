// The first five minutes, by what README prints, with one package manager: the app takes a signed event, the page shows one, and
// the test passes. Only the port is another, and the package comes from the tarball.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import kit from './kit.cjs';

const { resolve } = createRequire(import.meta.url);
const { COMPATIBILITY_TARBALL: tarball } = process.env;
const home = mkdtempSync(join(tmpdir(), 'compatibility-newcomer-'));
const secret = 'a secret to try it with';
const env = { ...process.env, BIGMIND_WEBHOOK_SECRET: secret, XDG_STATE_HOME: join(home, 'state') };

/** The commands of the package manager: from its package beside this one, but for npm. */
function commandsOf(name) {
  if (name === 'npm') return { add: ['npm', 'install'], exec: ['npx'], node: ['node'] };
  if (name === 'pnpm') {
    const pnpm = ['node', join(process.cwd(), '../node_modules/pnpm/bin/pnpm.cjs')];
    return { add: [...pnpm, 'add'], exec: [...pnpm, 'exec'], node: ['node'] };
  }
  const yarn = ['node', resolve('@yarnpkg/cli-dist/bin/yarn.js')];
  return { add: [...yarn, 'add'], exec: yarn, node: [...yarn, 'node'] };
}

const { add, exec, node } = commandsOf(process.argv[2]);

function run([command, ...args]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: home, env, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')}: exit code ${status}\n${stdout}\n${stderr}`);
}

/** Starts a program, and resolves to it when it has printed a line that matches. */
async function start([command, ...args]) {
  const child = spawn(command, args, { cwd: home, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const lines = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return {
    async prints(words) {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const found = lines.find((line) => line.includes(words));
        if (found !== undefined) return found;
        if (Date.now() > deadline) throw new Error(`It did not print ${words}:\n${lines.join('\n')}`);
        await new Promise((again) => setTimeout(again, 50));
      }
    },
    stop: () => process.kill(-child.pid, 'SIGKILL'),
  };
}

async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

async function send(words) {
  for (let tries = 0; ; tries += 1) {
    try {
      return run([...exec, 'bigmind-webhooks', 'send', ...words]);
    } catch (error) {
      // The app may not listen yet.
      if (tries === 40 || !error.message.includes('nothing listens')) throw error;
      await new Promise((again) => setTimeout(again, 250));
    }
  }
}

const running = [];
try {
  run(['npm', 'init', '-y']);
  run(['npm', 'pkg', 'set', 'type=module']);
  if (process.argv[2] === 'yarn') {
    writeFileSync(join(home, '.yarnrc.yml'), 'nodeLinker: pnp\npnpEnableEsmLoader: true\nenableTelemetry: false\n');
    writeFileSync(join(home, 'yarn.lock'), '');
  }
  run([...add, `bigmind-webhooks@file:${tarball}`, 'express']);

  const port = await freePort();
  const app3000 = readFileSync('app.js', 'utf8');
  writeFileSync(join(home, 'app.js'), app3000.replace('app.listen(3000)', `app.listen(${port})`));
  cpSync('check.js', join(home, 'check.js'));
  const app = await start([...node, 'app.js']);
  running.push(app);
  const sent = await send(['notes_created', '--url', `http://127.0.0.1:${port}/webhooks/bigmind`]);
  if (!/^200 +processed/.test(sent)) throw new Error(sent);
  await app.prints('to the CRM, once: note_abc123');
  kit.proved('event in a handler');

  const listening = await start([...exec, 'bigmind-webhooks', 'listen', '--port', '0', '--json']);
  running.push(listening);
  const { receiver, inspector } = JSON.parse(await listening.prints('"listening"'));
  await send(['todo_created', '--url', receiver]);
  await listening.prints('"todo_created"');
  const page = await fetch(inspector);
  const state = await fetch(new URL('api/state', inspector));
  const isShown = (await page.text()).includes('<title>') && (await state.text()).includes('todo_created');
  if (!isShown) throw new Error('The page does not show the event.');
  kit.proved('event on the page');

  if (!/^200$/m.test(run([...node, 'check.js']))) throw new Error('The test did not end with 200.');
  kit.proved('test');
} finally {
  for (const each of running) each.stop();
  rmSync(home, { recursive: true, force: true });
}
