import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { documents, readDocument } from './markdown';
import { root } from './workspace';

const programs = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.js') && !name.includes('node_modules'))
  .map((name) => join('examples', name));

/** Each client that is shown, with the options that it is made from, also where they have a name. */
function clientsMadeBy(call: RegExp): { readonly file: string; readonly given: string }[] {
  return [...documents(), ...programs].flatMap((file) => {
    const text = readDocument(file);
    return [...text.matchAll(new RegExp(`${call.source}\\((.*?)\\);`, 'gs'))].map(({ 1: given = '', index }) => {
      const isName = /^\w+$/.test(given);
      return { file, given: isName ? namedValue(given, text.slice(0, index)) : given };
    });
  });
}

/** What the nearest constant of this name holds. */
function namedValue(name: string, before: string): string {
  const [value = ''] = before.split(`const ${name} = `).at(-1)?.split(';') ?? [];
  return value;
}

const ofPostgres = ['connectionTimeoutMillis: 2000', 'query_timeout: 5000'];

test.each<[string, RegExp, number, readonly string[]]>([
  ['ioredis', /new Redis/, 5, ['socketTimeout: 5000', 'retryStrategy: () => 500']],
  ['pg', /new (?:pg\.)?Pool/, 4, ofPostgres],
  ['pg-boss', /new PgBoss/, 1, ofPostgres],
])(
  'every client of %s in documents and examples gives up a dead connection and is soon back',
  (_library, call, more, options) => {
    // PGlite has no connection.
    const clients = clientsMadeBy(call).filter(({ given }) => !given.includes('pglite'));
    expect(clients.length).toBeGreaterThan(more);
    for (const { file, given } of clients) {
      for (const option of options) expect({ file, given }).toEqual({ file, given: expect.stringContaining(option) });
    }
  },
);

test('every client of node-redis in documents and examples is made anew at a silence', () => {
  const clients = clientsMadeBy(/createClient/);
  expect(clients.length).toBeGreaterThan(1);
  for (const { file } of clients) {
    const blocks = readDocument(file)
      .split('```')
      .filter((block) => block.includes('createClient({'));
    for (const block of blocks) expect(block).toMatch(/deduplicate: \{[^;]*\bonSilence\b/);
  }
});
