import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(__dirname, '../..');
const generated = 'src/events/generated';
const copies: string[] = [];

/** A copy of what the generator reads and writes, to be spoilt. */
function copyOfProject(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'bigmind-generated-'));
  copies.push(copy);
  for (const folder of ['schemas', 'scripts', generated]) {
    cpSync(path.join(root, folder), path.join(copy, folder), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

function generate(project: string, ...args: string[]) {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/generate.mjs', ...args], {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, stderr };
}

afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
});

test('the generated files are what the schemas give', () => {
  expect(generate(root, '--check')).toEqual({ status: 0, stderr: '' });
});

test('a generated file that was edited is named, and left as it is', () => {
  const project = copyOfProject();
  const types = path.join(project, generated, 'types.ts');
  appendFileSync(types, 'export type Mine = 1;\n');
  const { status, stderr } = generate(project, '--check');
  expect(status).toBe(1);
  expect(stderr).toContain(`${generated}/types.ts`);
  expect(stderr).not.toContain('schemas.ts');
  expect(readFileSync(types, 'utf8')).toContain('Mine');
});

test('a generated file that is missing is named', () => {
  const project = copyOfProject();
  rmSync(path.join(project, generated, 'schemas.ts'));
  expect(generate(project, '--check')).toMatchObject({ status: 1, stderr: expect.stringContaining('schemas.ts') });
});

test('a schema that was changed is noticed, and its types are written', () => {
  const project = copyOfProject();
  const file = path.join(project, 'schemas/summary_created.schema.json');
  const schema = JSON.parse(readFileSync(file, 'utf8'));
  schema.properties.data.properties.length = { description: 'How long it is.', type: 'integer' };
  writeFileSync(file, JSON.stringify(schema));
  expect(generate(project, '--check').status).toBe(1);
  expect(generate(project)).toEqual({ status: 0, stderr: '' });
  expect(readFileSync(path.join(project, generated, 'types.ts'), 'utf8')).toContain('length?: number;');
  expect(generate(project, '--check').status).toBe(0);
});
