// `init` with one package manager, in both languages, then the commands that it prints, as they are printed: the app takes the
// event, and its test passes. Only the port is another, and the package comes from the tarball.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, makeHome } from './home.mjs';
import kit from './kit.cjs';

const { COMPATIBILITY_TARBALL: tarball } = process.env;
const home = makeHome({ BIGMIND_WEBHOOK_SECRET: undefined, YARN_ENABLE_TELEMETRY: '0' });
const own = process.argv[2];
const { add, init, commands } = {
  pnpm: {
    add: 'pnpm add',
    init: 'pnpm exec bigmind-webhooks init',
    commands: { start: 'pnpm start', send: 'pnpm exec bigmind-webhooks send', test: 'pnpm test' },
  },
  yarn: {
    add: 'yarn add',
    init: 'yarn bigmind-webhooks init',
    commands: { start: 'yarn start', send: 'yarn bigmind-webhooks send', test: 'yarn test' },
  },
}[own];

/** The commands that `init` printed, in groups: start, send, test. */
function printed(stdout) {
  return stdout.split('\n\n').flatMap((group) => {
    const lines = group.split('\n').filter((line) => line.startsWith('  '));
    return lines.length === 0 ? [] : [lines.map((line) => line.trim()).join(' && ')];
  });
}

async function tryIn(language) {
  const cwd = join(home.path, language);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
  // A folder of its own for Yarn, whatever is above it.
  if (own === 'yarn') writeFileSync(join(cwd, 'yarn.lock'), '');
  home.run(`${add} bigmind-webhooks@file:${tarball} express`, cwd);
  const stdout = home.run(`${init} --${language}`, cwd);
  if (!stdout.includes('Its test passes')) throw new Error(stdout);
  const [start, send, test] = printed(stdout);
  const said = { start: start?.split(' && ').at(-1), send: send?.slice(0, commands.send.length), test };
  if (JSON.stringify(said) !== JSON.stringify(commands)) throw new Error(`It printed ${JSON.stringify(said)}`);

  const port = await freePort();
  const app = home.start(start, { cwd, PORT: String(port) });
  await app.prints(`http://127.0.0.1:${port}/webhooks/bigmind`);
  const sent = home.run(send.replace('127.0.0.1:3000', `127.0.0.1:${port}`), cwd);
  if (!/^200 +processed +notes_created/m.test(sent)) throw new Error(sent);
  await app.prints('A note to keep: note_abc123');
  if (!/pass 2\b/.test(home.run(test, cwd))) throw new Error('Its test did not pass.');
  kit.proved(language);
}

try {
  await tryIn('javascript');
  await tryIn('typescript');
} finally {
  await home.remove();
}
