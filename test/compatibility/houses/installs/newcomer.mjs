// The first five minutes, by what README prints, with one package manager: the app takes a signed event, the page shows one, and
// the test passes. Only the port is another, and the package comes from the tarball.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, makeHome } from './home.mjs';
import kit from './kit.cjs';

const { COMPATIBILITY_TARBALL: tarball } = process.env;
const home = makeHome({ BIGMIND_WEBHOOK_SECRET: 'a secret to try it with' });
const manager = process.argv[2];

const { add, exec, node } = {
  npm: { add: 'npm install', exec: 'npx', node: 'node' },
  pnpm: { add: 'pnpm add', exec: 'pnpm exec', node: 'node' },
  yarn: { add: 'yarn add', exec: 'yarn', node: 'yarn node' },
}[manager];

async function send(words) {
  for (let tries = 0; ; tries += 1) {
    try {
      return home.run(`${exec} bigmind-webhooks send ${words}`);
    } catch (error) {
      // The app may not listen yet.
      if (tries === 40 || !error.message.includes('nothing listens')) throw error;
      await new Promise((again) => setTimeout(again, 250));
    }
  }
}

/** What a row of the page says, as a person sees it. */
async function rowOnPage(inspector, event) {
  const { chromium } = await import('playwright-core');
  // As test/browser/kit/stage.ts; this file is copied far from it.
  const shell = '/usr/bin/chromium-headless-shell';
  const executablePath = process.env.CHROMIUM_PATH ?? (existsSync(shell) ? shell : '/usr/bin/chromium');
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
  try {
    const page = await browser.newPage();
    await page.goto(inspector);
    const row = page.locator('#list [role=option]').filter({ hasText: event });
    await row.waitFor({ state: 'visible' });
    const cells = ['.row-event', '.outcome', '.row-status'].map((cell) => row.locator(cell).textContent());
    return (await Promise.all(cells)).join(' ');
  } finally {
    await browser.close();
  }
}

try {
  home.run('npm init -y && npm pkg set type=module');
  if (manager === 'yarn') {
    writeFileSync(
      join(home.path, '.yarnrc.yml'),
      'nodeLinker: pnp\npnpEnableEsmLoader: true\nenableTelemetry: false\n',
    );
    writeFileSync(join(home.path, 'yarn.lock'), '');
  }
  home.run(`${add} bigmind-webhooks@file:${tarball} express`);

  const port = await freePort();
  const app3000 = readFileSync('app.js', 'utf8');
  writeFileSync(join(home.path, 'app.js'), app3000.replace('app.listen(3000)', `app.listen(${port})`));
  cpSync('check.js', join(home.path, 'check.js'));
  const app = home.start(`${node} app.js`);
  const sent = await send(`notes_created --url http://127.0.0.1:${port}/webhooks/bigmind`);
  if (!/^200 +processed/.test(sent)) throw new Error(sent);
  await app.prints('to the CRM, once: note_abc123');
  kit.proved('event in a handler');

  const listening = home.start(`${exec} bigmind-webhooks listen --port 0 --json`);
  const { receiver, inspector } = JSON.parse(await listening.prints('"listening"'));
  await send(`todo_created --url ${receiver}`);
  await listening.prints('"todo_created"');
  const page = await fetch(inspector);
  const state = await fetch(new URL('api/state', inspector));
  const isThere = (await page.text()).includes('<title>') && (await state.text()).includes('todo_created');
  if (!isThere) throw new Error('The page does not have the event.');
  kit.proved('event on the page');

  if (manager === 'npm') {
    const row = await rowOnPage(inspector, 'todo_created');
    if (row !== 'todo_created processed 200') throw new Error(`The row on the page says: ${row}`);
    kit.proved('its row in Chromium');
  }

  if (!/^200$/m.test(home.run(`${node} check.js`))) throw new Error('The test did not end with 200.');
  kit.proved('test');
} finally {
  await home.remove();
}
