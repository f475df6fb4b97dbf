import fs, { chmodSync, chownSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../../package.json';
import { folderSecret } from '../../../src/cli/folder/folder-secret';
import { runHere } from '../fake-io';
import { makePlace, type Place } from './kit';

let place: Place;

beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const inJavaScript = ['start.js', 'webhooks.js', 'webhooks.test.js'];
const inTypeScript = ['src/start.ts', 'src/webhooks.test.ts', 'src/webhooks.ts', 'tsconfig.json'];

function manifest(): Record<string, unknown> {
  return JSON.parse(place.read('package.json')) as Record<string, unknown>;
}

test.each([
  ['javascript', inJavaScript],
  ['typescript', inTypeScript],
])('--%s writes an app into an empty folder, and names each file', async (language, names) => {
  const { code, stdout, stderr } = await place.init([`--${language}`, '--no-install']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const written = Object.keys(place.files());
  expect(written.toSorted()).toEqual([...names, '.gitignore', 'package.json'].toSorted());
  for (const name of written) expect(stdout).toContain(name);
});

test('where nobody can be asked it is JavaScript', async () => {
  await place.init();
  expect(Object.keys(place.files())).toEqual(expect.arrayContaining(inJavaScript));
});

test('a new package is an ES module with the versions that this package is tried with', async () => {
  await place.init(['--typescript', '--no-install']);
  const { express, typescript } = packageJson.devDependencies;
  expect(manifest()).toMatchObject({
    name: 'my-app',
    private: true,
    type: 'module',
    dependencies: { 'bigmind-webhooks': `^${packageJson.version}`, express },
    devDependencies: { typescript },
  });
});

test.each(inJavaScript)('%s that is there is not written over: nothing is written, and exit code 2', async (name) => {
  place.write(name, 'mine');
  const { code, stdout, stderr } = await place.init();
  expect(stderr).toContain(`${name} is there already`);
  expect({ code, stdout, files: place.files() }).toEqual({ code: 2, stdout: '', files: { [name]: 'mine' } });
});

test('all files that are there are named, a compiler’s settings and a link that leads nowhere among them', async () => {
  place.write('tsconfig.json', '{}');
  place.write('src/webhooks.ts', 'mine');
  symlinkSync('nowhere', join(place.folder, 'src/start.ts'));
  const { code, stderr } = await place.init(['--typescript', '--no-install']);
  expect(stderr.replace(/\s+/g, ' ')).toContain('src/start.ts, src/webhooks.ts, tsconfig.json are there already');
  expect({ code, files: place.files() }).toEqual({
    code: 2,
    files: { 'tsconfig.json': '{}', 'src/webhooks.ts': 'mine' },
  });
});

test('a second init changes nothing', async () => {
  await place.init();
  const before = place.files();
  expect((await place.init()).code).toBe(2);
  expect(place.files()).toEqual(before);
});

test('to a package.json that is there, only what is missing is added', async () => {
  const mine = {
    name: 'shop',
    type: 'module',
    scripts: { start: 'node shop.js', test: 'echo "Error: no test specified" && exit 1' },
    dependencies: { express: '^4.21.0' },
  };
  place.write('package.json', JSON.stringify(mine, null, '\t'));
  const { code, stdout } = await place.init();
  expect(manifest()).toEqual({
    ...mine,
    scripts: { start: 'node shop.js', 'start:webhooks': 'node start.js', test: 'node --test' },
    dependencies: { express: '^4.21.0', 'bigmind-webhooks': `^${packageJson.version}` },
  });
  expect(place.read('package.json')).toMatch(/^\{\n\t"name"/);
  expect(stdout).toContain('scripts.start:webhooks, scripts.test, dependencies.bigmind-webhooks');
  expect(stdout).toContain('  npm run start:webhooks\n');
  expect(code).toBe(0);
});

test('a package.json that is added to keeps its mode and its owner, and a link stays a link', async () => {
  const path = join(place.folder, 'package.json');
  place.write('shared/package.json', '{}');
  const shared = join(place.folder, 'shared/package.json');
  chmodSync(shared, 0o640);
  if (process.getuid?.() === 0) chownSync(shared, 1234, 1234);
  const { mode, uid, gid } = statSync(shared);
  symlinkSync('shared/package.json', path);
  expect((await place.init()).code).toBe(0);
  expect(readlinkSync(path)).toBe('shared/package.json');
  expect(place.read('shared/package.json')).toContain('bigmind-webhooks');
  expect(statSync(shared)).toMatchObject({ mode, uid, gid });
});

test('a package.json stays whole where the disk is full, and nothing lies beside it', async () => {
  place.write('package.json', '{"name":"shop"}');
  const write = fs.writeFileSync;
  const spied = jest.spyOn(fs, 'writeFileSync').mockImplementation((path, text, options) => {
    if (!String(path).includes('package.json')) return write(path, text, options);
    write(path, String(text).slice(0, 10), options);
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  });
  const { code, stderr } = await place.init();
  spied.mockRestore();
  expect(stderr).toMatch(/package\.json cannot be written: no space is left\./);
  expect(code).toBe(1);
  expect(place.read('package.json')).toBe('{"name":"shop"}');
  expect(Object.keys(place.files()).filter((name) => name.includes('package.json'))).toEqual(['package.json']);
});

test('a package.json that has all stays as it is, byte for byte', async () => {
  const scripts = { start: 'node start.js', test: 'node --test' };
  const text = JSON.stringify({ type: 'module', scripts, dependencies: { express: '5', 'bigmind-webhooks': '*' } });
  place.write('package.json', text);
  await place.init();
  expect(place.read('package.json')).toBe(text);
});

test.each([
  ['javascript', ['start.mjs', 'webhooks.mjs', 'webhooks.test.mjs']],
  ['typescript', ['src/start.mts', 'src/webhooks.mts', 'src/webhooks.test.mts']],
])('in a package of CommonJS an app in %s has names of its own, and the type stays', async (language, names) => {
  place.write('package.json', '{"type":"commonjs"}');
  const { stdout } = await place.init([`--${language}`, '--no-install']);
  expect(manifest()['type']).toBe('commonjs');
  expect(Object.keys(place.files())).toEqual(expect.arrayContaining(names));
  expect(stdout).toContain(`The handler is in ${names[1]}.`);
  const texts = Object.values(place.files()).join('\n');
  expect(texts).not.toMatch(/(?:start|webhooks)\.js/);
});

test.each<[string, string, RegExp]>([
  ['broken', '{\n  "name": \n}', /no JSON object: line 3, column 1, expected a value\. Nothing was written/],
  ['a list', '[]', /no JSON object/],
  ['called as this package', '{"name":"bigmind-webhooks"}', /Give it another name/],
  ['full', '{"scripts":{"start":"a","start:webhooks":"b"}}', /has the scripts start and start:webhooks/],
])('a package.json that is %s stays, and exit code 2 says why', async (_title, text, message) => {
  place.write('package.json', text);
  const { code, stdout, stderr } = await place.init();
  expect(stderr.replace(/\s+/g, ' ')).toMatch(message);
  expect({ code, stdout, files: place.files() }).toEqual({ code: 2, stdout: '', files: { 'package.json': text } });
});

test('a .gitignore that is there stays', async () => {
  place.write('.gitignore', 'mine');
  expect((await place.init()).code).toBe(0);
  expect(place.read('.gitignore')).toBe('mine');
});

test('a package.json that is a link that leads nowhere is there already: nothing is written, here or there', async () => {
  symlinkSync('elsewhere.json', join(place.folder, 'package.json'));
  const { code, stderr } = await place.init();
  expect(stderr).toContain('package.json is there already');
  expect({ code, files: place.files() }).toEqual({ code: 2, files: {} });
});

test.each([
  ['a folder below a file', 'file', 'file/app', 'a part of its path is a file'],
  ['a file where a folder of the app belongs', 'src', '', 'is a file. Name a folder'],
])('%s is wrong use, and nothing is written', async (_what, file, folder, words) => {
  place.write(file, '');
  const { code, stderr } = await runHere(['init', join(place.folder, folder), '--no-install', '--typescript']);
  expect(stderr.replace(/\s+/g, ' ')).toContain(words);
  expect({ code, files: place.files() }).toEqual({ code: 2, files: { [file]: '' } });
});

test('a package.json that is broken is told with its place, also behind a byte order mark', async () => {
  place.write('package.json', '\ufeff{\n  "name": }');
  const { code, stderr } = await place.init();
  expect(stderr.replace(/\s+/g, ' ')).toContain('line 2, column 11');
  expect({ code, files: Object.keys(place.files()) }).toEqual({ code: 2, files: ['package.json'] });
});

test('a path that is a file is wrong use', async () => {
  place.write('file', '');
  const { code, stderr } = await runHere(['init', join(place.folder, 'file')]);
  expect(stderr).toMatch(/is a file. Name a folder/);
  expect({ code, files: place.files() }).toEqual({ code: 2, files: { file: '' } });
});

test.each<[string, string | undefined, string, string, string]>([
  ['pnpm-lock.yaml', undefined, 'pnpm start', 'pnpm exec bigmind-webhooks', 'pnpm install'],
  ['yarn.lock', 'npm/11.0.0 node/v20', 'yarn start', 'yarn bigmind-webhooks', 'yarn install'],
  ['bun.lock', undefined, 'bun run start', 'bunx bigmind-webhooks', 'bun install'],
  ['package-lock.json', 'pnpm/10.0.0 npm/?', 'npm start', 'npx bigmind-webhooks', 'npm install'],
  ['../yarn.lock', undefined, 'yarn start', 'yarn bigmind-webhooks', 'yarn install'],
  ['none', 'pnpm/10.0.0 npm/? node/v20', 'pnpm start', 'pnpm exec bigmind-webhooks', 'pnpm install'],
  ['none', undefined, 'npm start', 'npx bigmind-webhooks', 'npm install'],
])('with the lockfile %s, run by %s, the next command is %s', async (lockfile, agent, start, exec, install) => {
  if (lockfile !== 'none') place.write(lockfile, '');
  const { stdout } = await place.init(['--no-install'], { npm_config_user_agent: agent });
  for (const line of ['cd ../', install, start]) expect(stdout).toContain(`\n  ${line}`);
  expect(stdout).toContain(`\n  ${exec} send notes_created --url http://127.0.0.1:3000/webhooks/bigmind\n`);
});

test('the app is told the secret of its folder, which send takes by itself', async () => {
  const env = { XDG_STATE_HOME: join(place.folder, '../state') };
  const { stdout } = await place.init();
  expect(stdout).toContain(`  export BIGMIND_WEBHOOK_SECRET='${await folderSecret({ env }, place.folder)}'\n`);
});

test('a secret in the environment is used, and neither repeated nor replaced', async () => {
  const { stdout } = await place.init(['--no-install'], { BIGMIND_WEBHOOK_SECRET: 'hush-hush' });
  expect(stdout).not.toMatch(/export |hush/);
});

test('without the package manager the app is written, and exit code 1 says what is missing', async () => {
  const { code, stderr } = await place.init([], { PATH: join(place.folder, 'nothing') });
  expect(stderr).toMatch(/npm is not installed\. The app is written/);
  expect(code).toBe(1);
  expect(Object.keys(place.files())).toEqual(expect.arrayContaining(inJavaScript));
});

test('when the install fails, its output is shown, and exit code 1 says how to go on', async () => {
  place.write('package.json', '{"type":"module","dependencies":{"express":"file:./nowhere","bigmind-webhooks":"*"}}');
  const { PATH, HOME } = process.env;
  const { code, stdout, stderr } = await place.init([], { PATH, HOME, npm_config_offline: 'true' });
  expect(stderr).toMatch(/npm error/);
  expect(stderr.replace(/\s+/g, ' ')).toMatch(/npm install failed, with exit code \d+\. .* go on with npm install/);
  expect(stdout).not.toContain('passes');
  expect(code).toBe(1);
});

test('a package.json with the line ends of Windows keeps them', async () => {
  place.write('package.json', '{\r\n  "name": "shop",\r\n  "type": "module"\r\n}\r\n');
  expect(await place.init()).toMatchObject({ code: 0 });
  const text = place.read('package.json');
  expect(text.split('\r\n').length).toBeGreaterThan(5);
  expect(text.replaceAll('\r\n', '')).not.toContain('\n');
});

test('a folder that cannot be made is said in words, and nothing is written', async () => {
  symlinkSync('nowhere', join(place.folder, 'link'));
  const { code, stdout, stderr } = await runHere(['init', join(place.folder, 'link'), '--no-install']);
  expect(stderr).toMatch(/^error: \S+link\S* cannot be written: [^\n]+\.\n$/);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(place.files()).toEqual({});
});
