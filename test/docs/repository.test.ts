import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json';
import { repository } from './repository';
import { root } from './workspace';

/** The files that may spell it; the others take it from package.json. */
const places = ['README.md', 'docs/outcomes.md', 'package.json', 'src/foundations/errors.ts'];

const files = readdirSync(root, { withFileTypes: true })
  .filter(({ name }) => !['.git', 'node_modules', 'dist'].includes(name))
  .flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(root, entry.name), { recursive: true, encoding: 'utf8' }).map((file) => join(entry.name, file))
      : [entry.name],
  )
  .filter((file) => !file.includes('node_modules') && /\.(?:[cm]?[jt]sx?|json|md|ya?ml|html|css|sh)$/.test(file));

const spelled = /(?:github\.com|githubusercontent\.com)\/[\w.-]+\/bigmind-webhooks\b/;

test('the address of the repository is spelled in few places, and the same in all', () => {
  const spelling = files.filter((file) => spelled.test(readFileSync(join(root, file), 'utf8')));
  expect(spelling.filter((file) => !file.startsWith('test/docs/')).toSorted()).toEqual(places);
  const [, owner] = /github\.com\/([\w.-]+\/[\w.-]+)$/.exec(repository) ?? [];
  for (const file of places) {
    const found = readFileSync(join(root, file), 'utf8').match(
      /(?<=github(?:usercontent)?\.com\/)[\w.-]+\/bigmind-webhooks/g,
    );
    expect({ file, found: [...new Set(found)] }).toEqual({ file, found: [owner] });
  }
  expect(packageJson).toMatchObject({
    repository: { type: 'git', url: `git+${repository}.git` },
    homepage: `${repository}#readme`,
    bugs: `${repository}/issues`,
  });
});

test('one command writes another address wherever it stands', () => {
  const copy = mkdtempSync(join(tmpdir(), 'repository-'));
  for (const file of [...places, 'scripts/set-repository.mjs']) cpSync(join(root, file), join(copy, file));
  const script = join(copy, 'scripts/set-repository.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, 'https://github.com/acme/hooks'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const file of places) {
    const text = readFileSync(join(copy, file), 'utf8');
    expect(text).not.toMatch(spelled);
    expect(text).toMatch(/github(?:usercontent)?\.com\/acme\/hooks\b/);
  }
  expect(spawnSync(process.execPath, [script, 'acme'], { encoding: 'utf8' }).status).toBe(2);
  rmSync(copy, { recursive: true });
});
