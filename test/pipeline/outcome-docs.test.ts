import { errorCodes, errorDocsUrl } from '../../src/foundations/errors';
import { outcomes } from '../../src/foundations/outcomes';
import { examplePayload } from '../../src/testing';
import { readDocument, tableRows } from '../docs/markdown';
import { files } from '../source-files';
import { notedLog, receiver } from './receiver';

test('docs/outcomes.md has every outcome, in order, with its status and a link to its code', () => {
  const rows = tableRows('docs/outcomes.md', 'outcome');
  expect(rows.map(([outcome, status, code]) => [outcome, status, code])).toEqual(
    Object.entries(outcomes).map(([outcome, row]) => [
      outcome,
      String(row.status),
      'code' in row ? `[${row.code}](errors.md#${row.code.toLowerCase()})` : '',
    ]),
  );
  for (const row of rows) expect(row.slice(3).filter((cell) => cell !== '')).toHaveLength(3);
});

test('docs/outcomes.md shows the answer to an invalid delivery as it is', async () => {
  const [, shown = ''] = /```json\n([^`]*)```/.exec(readDocument('docs/outcomes.md')) ?? [];
  const { webhooks } = receiver({ signature: false });
  const { data, ...envelope } = examplePayload('notes_created');
  const body = JSON.stringify({ ...envelope, data: { ...data, note_id: undefined } });
  const reply = await webhooks.receive({ headers: {}, body });
  expect(JSON.parse(reply.body)).toEqual(JSON.parse(shown));
});

function headingsOf(text: string): string[] {
  return [...text.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);
}

/** The codes of lines in the log, wherever src/ writes one. */
function loggedCodes(): string[] {
  const texts = [...files].filter(([name]) => !/^(?:cli|foundations)\//.test(name)).map(([, { text }]) => text);
  const found = texts.flatMap((text) => [...text.matchAll(/(?:\bcode: |warnOnce\()'([A-Z_]+)'/g)]);
  const known: readonly string[] = errorCodes;
  return [...new Set(found.map(([, code = '']) => code))].filter((code) => !known.includes(code)).toSorted();
}

test('docs/errors.md explains every code and warning once, in order, and no other', () => {
  const [codes = '', warnings = ''] = readDocument('docs/errors.md').split('\n# Warnings\n');
  expect(headingsOf(codes)).toEqual(errorCodes);
  expect(loggedCodes()).toContain('QUEUE_EVICTS');
  expect(headingsOf(warnings)).toEqual(loggedCodes());
  for (const code of errorCodes)
    expect(errorDocsUrl(code)).toMatch(new RegExp(`/docs/errors\\.md#${code.toLowerCase()}$`));
});

test('docs/errors.md says something of each', () => {
  const sections = readDocument('docs/errors.md')
    .split(/^#+ .*$/m)
    .slice(2);
  for (const section of sections) expect(section.trim().length).toBeGreaterThan(50);
});

test('the warnings that docs/errors.md explains are logged under those names', () => {
  const { logger, lines } = notedLog();
  receiver({ logger, signature: false });
  expect(lines).toEqual([expect.objectContaining({ level: 40, code: 'SIGNATURE_OFF' })]);
});
