import { pino } from 'pino';
import packageJson from '../../package.json';
import { outcomes } from '../../src/foundations/outcomes';
import { bigmindWebhooks, eventNames } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { readDocument, tableRows } from './markdown';

const readme = readDocument('README.md');
const secret = 'the secret of the receiver';

/** The lines that a receiver logs about one delivery. */
async function logOf(
  delivery: { headers: Record<string, string>; body: string },
  now = Date.now(),
): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  await bigmindWebhooks({ secret, logger, clock: { now: () => now } })
    .on('notes_created', () => {})
    .receive(delivery);
  return lines;
}

test('gives the commands to run the demo and the tests', () => {
  expect(readme).toContain('npm ci && npm run demo');
  expect(readme).toContain('npm ci && npm test');
});

test.each(['README.md', 'CONTRIBUTING.md'])('%s names only scripts that exist', (document) => {
  const named = [...readDocument(document).matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script);
  expect(named).toContain('check');
  expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(named));
});

test('docs/handlers.md lists every event once, with a link to its schema', () => {
  const rows = tableRows('docs/handlers.md', 'event');
  expect(rows.map(([name]) => name).toSorted()).toEqual([...eventNames].toSorted());
  for (const [name, trigger, schema] of rows) {
    expect(trigger).not.toBe('');
    expect(schema).toBe(`[schema](../schemas/${name}.schema.json)`);
  }
});

test('sums up every outcome once, beside the status that it is answered with', () => {
  const rows = tableRows('README.md', 'status');
  expect(rows).toHaveLength(5);
  const summed = rows.flatMap(([statuses = '', names = '']) =>
    names.split(', ').map((name) => ({ name, statuses: statuses.split(', ').map(Number) })),
  );
  expect(summed.map(({ name }) => name).toSorted()).toEqual(Object.keys(outcomes).toSorted());
  for (const { name, statuses } of summed) expect(statuses).toContain(outcomes[name as keyof typeof outcomes].status);
});

/** The options that a receiver accepts, as it names them when it is given another. */
function acceptedOptions(): string[] {
  try {
    bigmindWebhooks({ secret, 'an option of no such name': true } as object);
  } catch (error) {
    const [, accepted = ''] = / Known are (.*)\.$/.exec((error as Error).message) ?? [];
    return accepted.split(', ');
  }
  return [];
}

test('docs/options.md lists every option that is accepted, and no other', () => {
  expect(tableRows('docs/options.md', 'option').map(([name]) => name)).toEqual(acceptedOptions());
});

test('gives the usual options the defaults that they have', () => {
  const all = new Map(tableRows('docs/options.md', 'option').map(([name, ...rest]) => [name, rest.at(-2) ?? '']));
  const usual = tableRows('README.md', 'option');
  expect(usual.length).toBeGreaterThan(5);
  const written = new Set(['secret', 'signature', 'limit', 'timeoutMs']);
  for (const [name = '', told = ''] of usual) {
    expect(all.has(name)).toBe(true);
    if (written.has(name)) expect(all.get(name)).toBe(told);
  }
});

test('docs/signatures.md shows the reasons of a 401 as the log has them, word for word', async () => {
  const shown = [...readDocument('docs/signatures.md').matchAll(/^```text\n(.*)\n```$/gm)].map(([, line]) => line);
  const payload = examplePayload('notes_created');
  const signedAt = Date.UTC(2026, 0, 2);
  const stale = signDelivery({ payload, secret, scheme: 'timestampedHmac', signedAt });
  const [unsigned] = await logOf({ headers: { 'x-bigmind-token': 'a' }, body: JSON.stringify(payload) });
  const [wrong] = await logOf(signDelivery({ payload, secret: 'another' }));
  const [old] = await logOf(stale, signedAt + 400_000);
  for (const line of [unsigned, wrong, old]) {
    expect(line?.['outcome']).toBe('unauthenticated');
    expect(shown).toContain(line?.['reason']);
  }
});

test('shows the log line that pins a scheme, word for word', async () => {
  const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });
  const lines = await logOf({ headers: { ...headers, 'user-agent': 'Bigmind' }, body });
  const pinned = lines.map(({ msg }) => String(msg)).find((msg) => msg.includes('To pin it'));
  expect(pinned).toBeDefined();
  expect(readme).toContain(`\`${pinned}\``);
});

test('is short, with code on the first screen and each level of headings in its table of contents', () => {
  const lines = readme.split('\n');
  expect(lines.length).toBeLessThan(300);
  expect(lines.findIndex((line) => line.startsWith('```ts'))).toBeLessThan(15);
  const contents = [...readme.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor);
  const headings = [...readme.matchAll(/^## (.+)$/gm)].map(([, name = '']) => name.toLowerCase().replaceAll(' ', '-'));
  expect(headings.filter((name) => !['install', 'development'].includes(name))).toEqual(contents);
});

test('says of a journal how many days it keeps by default', () => {
  const kept = [...readDocument('docs/options.md').matchAll(/^\| `keepDays` \| `number` \| `(\d+)` \|/gm)];
  expect(kept).toHaveLength(2);
  const [, section = ''] = readme.split('\n## Journal\n');
  for (const [, days] of kept) expect(section).toContain(`for ${days} days`);
});
