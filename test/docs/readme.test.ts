import { pino } from 'pino';
import packageJson from '../../package.json';
import { outcomes } from '../../src/foundations/outcomes';
import { bigmindWebhooks, eventNames } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { readDocument, tableRows } from './markdown';

const readme = readDocument('README.md');
const secret = 'the secret of the receiver';

/** The lines that a receiver logs about one delivery. */
async function logOf(delivery: { headers: Record<string, string>; body: string }): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  await bigmindWebhooks({ secret, logger })
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

test('lists every event once, with a link to its schema', () => {
  const rows = tableRows('README.md', 'event');
  expect(rows.map(([name]) => name).toSorted()).toEqual([...eventNames].toSorted());
  for (const [name, trigger, schema] of rows) {
    expect(trigger).not.toBe('');
    expect(schema).toBe(`[schema](schemas/${name}.schema.json)`);
  }
});

test('lists every outcome, in order, with the status that it is answered with', () => {
  const rows = tableRows('README.md', 'outcome').map(([outcome, status]) => [outcome, Number(status)]);
  expect(rows).toEqual(Object.entries(outcomes).map(([outcome, { status }]) => [outcome, status]));
});

test('lists every option that is accepted, and no other', () => {
  const documented = tableRows('README.md', 'option').map(([name]) => name);
  let known = '';
  try {
    bigmindWebhooks({ secret, 'an option of no such name': true } as object);
  } catch (error) {
    known = (error as Error).message;
  }
  const [, accepted = ''] = / Known are (.*)\.$/.exec(known) ?? [];
  expect(documented).toEqual(accepted.split(', '));
});

test('shows the log line of a delivery whose signature does not match, word for word', async () => {
  const [line] = await logOf(signDelivery({ payload: examplePayload('notes_created'), secret: 'another' }));
  const shown = JSON.parse(/```json\n([^`]*)```/.exec(readme)?.[1] ?? '{}') as Record<string, unknown>;
  const { level, outcome, reason, msg, bytes } = line ?? {};
  expect(shown).toEqual({ level, outcome, reason, msg, bytes, name: 'bigmind-webhooks', ms: expect.any(Number) });
});

test('tells the reasons of a 401 apart by the words that the log begins with', async () => {
  const payload = examplePayload('notes_created');
  const stale = signDelivery({ payload, secret, scheme: 'timestampedHmac', signedAt: Date.now() - 3_600_000 });
  const reasons = [
    ...(await logOf({ headers: {}, body: JSON.stringify(payload) })),
    ...(await logOf(signDelivery({ payload, secret: 'another' }))),
    ...(await logOf(stale)),
  ].map(({ reason }) => String(reason));
  const shown = [...readme.matchAll(/^- `([^`…]+?) ?…?` – /gm)].map(([, words]) => words);
  expect(shown).toHaveLength(3);
  expect(reasons.map((reason, index) => reason.slice(0, shown[index]?.length))).toEqual(shown);
});

test('shows the log line that pins a scheme, word for word', async () => {
  const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });
  const lines = await logOf({ headers: { ...headers, 'user-agent': 'Bigmind' }, body });
  const pinned = lines.map(({ msg }) => String(msg)).find((msg) => msg.includes('To pin it'));
  expect(pinned).toBeDefined();
  expect(readme).toContain(`\`${pinned}\``);
});
