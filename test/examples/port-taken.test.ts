import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { copyExample, makeWorkspace, removeWorkspace, root } from '../docs/workspace';

let workspace: string;

beforeAll(() => {
  workspace = makeWorkspace();
}, 60_000);
afterAll(() => removeWorkspace(workspace));

test('an example whose port is taken says so and what to do, with exit code 1, and not that it takes deliveries', async () => {
  const other = createServer().listen(0);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { PATH } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['start.js'], {
    cwd: copyExample(workspace, 'minimal', 'module'),
    env: { PATH, PORT: String(port), BIGMIND_WEBHOOK_SECRET: 'a secret' },
    encoding: 'utf8',
  });
  other.close();
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: `listen EADDRINUSE: address already in use :::${port}. Stop what listens on port ${port}, or set PORT to another one.\n`,
  });
});

test('examples/minimal/README.md says which port it is without PORT', () => {
  const [, port] = /PORT \?\? (\d+)\)/.exec(readFileSync(join(root, 'examples/minimal/start.js'), 'utf8')) ?? [];
  expect(readFileSync(join(root, 'examples/minimal/README.md'), 'utf8')).toContain(
    `\`PORT\` is ${port} unless it is set.`,
  );
});

/** The files below a folder that make an app listen at the port of the environment. */
function starts(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.[jt]s$/.test(path) && !path.includes('node_modules'))
    .map((path) => join(folder, path))
    .filter((path) => readFileSync(join(root, path), 'utf8').includes('app.listen(port'));
}

const files = [...starts('examples'), ...starts('templates')];

test.each(files)('%s says that its port is taken in the same words', (path) => {
  expect(files.length).toBeGreaterThan(8);
  expect(readFileSync(join(root, path), 'utf8')).toContain(`app.listen(port, (error) => {
  if (error) {
    console.error(\`\${error.message}. Stop what listens on port \${port}, or set PORT to another one.\`);
    process.exit(1);
  }
`);
});
