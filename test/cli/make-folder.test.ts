import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../src/cli/make-folder';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('makes a folder and those above it, and takes one that is there', () => {
  const path = join(folder, 'a/b/c');
  makeFolder(path, 0o700);
  makeFolder(path, 0o700);
  expect(statSync(path).isDirectory()).toBe(true);
  if (process.platform !== 'win32') expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
});

test('throws where no folder can be made, and does not try for ever', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file/a'))).toThrow(/ENOTDIR|EEXIST|ENOENT/);
  symlinkSync('nowhere', join(folder, 'link'));
  expect(() => makeFolder(join(folder, 'link/a'))).toThrow(/EEXIST|ENOENT/);
  // There, Node's own `recursive` takes "there is nothing" for a reason to try again.
  if (process.platform === 'linux') expect(() => makeFolder('/proc/a-folder')).toThrow(/ENOENT|EACCES|EPERM/);
});
