import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { files, type Import, imports, visit } from './source-files';

/** What joins the rooms: it may import them. */
const joining = ['options', 'pipeline'];
/** A room for each stretch of a delivery's way. */
const rooms = [
  'express',
  'signatures',
  'events',
  'deduplication',
  'handlers',
  'queueing',
  'queues',
  'stores',
  'journals',
  'telemetry',
];
const tools = ['testing', 'cli'];
/** Packages that have one place, and that place. Any other may be imported where it is needed, if it is declared. */
const places = { express: 'express/', ajv: 'events/', 'ajv-formats': 'events/', '@opentelemetry/api': 'telemetry/' };
const drivers = ['redis', 'ioredis', 'pg', 'pg-boss', 'bullmq'];

const handwritten = [...files].filter(([name]) => !name.includes('/generated/'));
const packageJson = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as Readonly<
  Record<'dependencies' | 'peerDependencies', Readonly<Record<string, string>>>
>;

const shelves = ['stores', 'queues', 'journals'];

/** The room of a file; `undefined` at the root. Each store, queue and journal is a room inside the folder of them. */
function roomOf(file: string): string | undefined {
  const [first = '', second, third] = file.split('/');
  if (second === undefined) return undefined;
  return shelves.includes(first) && third !== undefined ? `${first}/${second}` : first;
}

/** Whether a file lies in a folder itself, or in the folder around that. */
const isAround = (outer: string | undefined, inner: string | undefined) => inner?.startsWith(`${outer}/`) ?? false;

const isIn = (folders: readonly string[]) => (file: string) => folders.some((folder) => file.startsWith(`${folder}/`));
const isInRoom = isIn(rooms);
const isTool = isIn(tools);
const isFoundation = isIn(['foundations']);

/** The imports that should not be, as lines to read when a test fails. */
function offences(isSuch: (found: Import) => boolean): string[] {
  return imports.filter(isSuch).map(({ from, to }) => `${from} imports ${to}`);
}

test('the sources are seen, and their imports', () => {
  expect([...files.keys()]).toContain('pipeline/receive.ts');
  expect(imports).toContainEqual({
    from: 'pipeline/receive.ts',
    to: 'signatures/verify-signature.ts',
    typesOnly: false,
  });
  expect(imports).toContainEqual({ from: 'events/compile-schemas.ts', to: 'ajv', typesOnly: false });
  expect(imports).toContainEqual({ from: 'options/options.ts', to: 'pino', typesOnly: true });
  expect(imports).toContainEqual({ from: 'index.ts', to: 'foundations/errors.ts', typesOnly: false });
});

test('three files lie loose, and every folder is a room, a tool, the foundations or what joins the rooms', () => {
  const names = [...files.keys()];
  expect(names.filter((file) => !file.includes('/')).toSorted()).toEqual([
    'bigmind-webhooks.ts',
    'index.ts',
    'receiver.ts',
  ]);
  const folders = new Set(names.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));
  expect([...folders].toSorted()).toEqual(['foundations', ...joining, ...rooms, ...tools].toSorted());
});

test('a room imports itself and the foundations, never another room or what joins the rooms', () => {
  const isOffence = ({ from, to }: Import) => {
    if (!isInRoom(from) || !files.has(to) || isFoundation(to)) return false;
    return roomOf(to) !== roomOf(from) && !isAround(roomOf(to), roomOf(from));
  };
  expect(offences(isOffence)).toStrictEqual([]);
});

test('the foundations import nothing but themselves', () => {
  expect(offences(({ from, to }) => isFoundation(from) && files.has(to) && !isFoundation(to))).toStrictEqual([]);
});

test('only the receiver and the public names import the pipeline', () => {
  const may = ['index.ts', 'bigmind-webhooks.ts'];
  const isOffence = ({ from, to }: Import) =>
    to.startsWith('pipeline/') && !from.startsWith('pipeline/') && !may.includes(from);
  expect(offences(isOffence)).toStrictEqual([]);
});

test('the public names are imported by tools alone, and the receiver’s file gives nothing but types', () => {
  const isOffence = ({ from, to, typesOnly }: Import) => {
    if (to === 'index.ts') return !isTool(from);
    if (to === 'bigmind-webhooks.ts') return from !== 'index.ts';
    return to === 'receiver.ts' && !typesOnly;
  };
  expect(offences(isOffence)).toStrictEqual([]);
});

// The examples that `examplePayload` copies stand in the published schemas, which are data. What explains signatures and
// schema errors to people has to be the code that receivers decide with, and nobody who receives should have to load it.
const forTesting = [
  'events/generated/schemas.ts',
  'events/list-drift.ts',
  'events/list-errors.ts',
  'signatures/explain/explain-signature.ts',
];

test('testing and cli use the public names and the foundations, and testing the published schemas and explanations', () => {
  const isPublic = (from: string, to: string) =>
    ['index.ts', 'testing/index.ts'].includes(to) || (from.startsWith('testing/') && forTesting.includes(to));
  const isOffence = ({ from, to }: Import) =>
    isTool(from) && files.has(to) && roomOf(to) !== roomOf(from) && !isFoundation(to) && !isPublic(from, to);
  expect(offences(isOffence)).toStrictEqual([]);
});

test('nothing imports cli, and nothing that is installed to receive imports testing', () => {
  expect(offences(({ from, to }) => isTool(to) && !isTool(from))).toStrictEqual([]);
  expect(offences(({ from, to }) => to.startsWith('cli/') && !from.startsWith('cli/'))).toStrictEqual([]);
});

test('Express and Ajv have one room each', () => {
  const isOffence = ({ from, to }: Import) => {
    const place: string | undefined = (places as Readonly<Record<string, string>>)[to];
    return place !== undefined && !from.startsWith(place);
  };
  expect(offences(isOffence)).toStrictEqual([]);
});

test('every package that is imported is declared, and no driver is imported at all', () => {
  const declared = { ...packageJson.dependencies, ...packageJson.peerDependencies };
  const isBuiltIn = (to: string) => to.startsWith('node:') || builtinModules.includes(to);
  const isOffence = ({ to }: Import) => !files.has(to) && !to.startsWith('../') && !isBuiltIn(to) && !(to in declared);
  expect(offences(isOffence)).toStrictEqual([]);
  expect(offences(({ to }) => drivers.includes(to))).toStrictEqual([]);
});

test('what is imported from outside src is a schema', () => {
  expect(offences(({ to }) => to.startsWith('../') && !/^\.\.\/schemas\/\w+\.schema\.json$/.test(to))).toStrictEqual(
    [],
  );
});

test('no module imports itself by a detour, types included', () => {
  const next = new Map([...files.keys()].map((name) => [name, new Set<string>()]));
  for (const { from, to } of imports) if (files.has(to)) next.get(from)?.add(to);
  const isCyclic = (start: string) => {
    const seen = new Set<string>();
    const pending = [...(next.get(start) ?? [])];
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (name === start) return true;
      if (!seen.has(name)) pending.push(...(next.get(name) ?? []));
      seen.add(name);
    }
    return false;
  };
  expect([...files.keys()].filter(isCyclic)).toStrictEqual([]);
});

test.each([
  ['markVerified', 'signatures/verify-signature.ts'],
  ['markParsed', 'events/parse-json.ts'],
])('%s is named only in %s', (mint, place) => {
  const namedIn = new Set<string>();
  for (const [name, source] of files) {
    visit(source, (node) => {
      if (ts.isIdentifier(node) && node.text === mint && name !== 'foundations/delivery.ts') namedIn.add(name);
    });
  }
  expect([...namedIn]).toEqual([place]);
});

// What a queue or the journal keeps was verified when it came. Whoever else could say so of bytes would pass the signature by.
test('only what opens a queue’s jobs and what replays the journal say of a delivery that it was verified earlier', () => {
  const may = ['pipeline/open-job.ts', 'pipeline/journal/replay.ts'];
  expect(offences(({ from, to }) => to === 'pipeline/read-again.ts' && !may.includes(from))).toStrictEqual([]);
  expect(offences(({ from, to }) => to === 'pipeline/open-job.ts' && from !== 'pipeline/assemble.ts')).toStrictEqual(
    [],
  );
  const namedIn = [...files].filter(([, { text }]) => /\bverifiedEarlier\b/.test(text)).map(([name]) => name);
  expect(namedIn.toSorted()).toEqual(['pipeline/read-again.ts', 'signatures/verify-signature.ts']);
});

test('nothing is cast to a delivery that was verified or parsed, but where it is minted', () => {
  const casts: string[] = [];
  for (const [name, source] of files) {
    visit(source, (node) => {
      if (!ts.isAsExpression(node) && !ts.isTypeAssertionExpression(node)) return;
      if (/\b(?:Verified|Parsed|Event)Delivery\b/.test(node.type.getText())) casts.push(name);
    });
  }
  expect(casts).toEqual(['foundations/delivery.ts', 'foundations/delivery.ts']);
});

test('no file is long, and most are short', () => {
  const lengths = handwritten.map(([name, source]) => ({ name, lines: source.text.split('\n').length - 1 }));
  expect(lengths.filter(({ lines }) => lines > 250)).toStrictEqual([]);
  const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(80);
});

test('there is no any, and no error that the compiler was told not to see', () => {
  const anys: string[] = [];
  for (const [name, source] of files) {
    visit(source, (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) anys.push(`${name}: ${node.parent.getText()}`);
    });
    if (/@ts-(?:ignore|expect-error|nocheck)/.test(source.text)) anys.push(`${name}: @ts-…`);
  }
  expect(anys).toStrictEqual([]);
});
