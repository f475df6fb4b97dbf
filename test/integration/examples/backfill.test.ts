import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeWorkspace, removeWorkspace } from '../../docs/workspace';
import { exampleIn } from './kit';

let workspace: string;
let above: string;
/** As long as macOS has it: the path of a journal is short. */
let temporary: string;

beforeAll(() => {
  workspace = makeWorkspace();
  above = mkdtempSync(join(tmpdir(), 'macos-'));
  const { length } = '/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T';
  temporary = join(above, 'T'.repeat(Math.max(1, length - above.length - 1)));
  mkdirSync(temporary);
}, 120_000);

afterAll(() => {
  removeWorkspace(workspace);
  rmSync(above, { recursive: true });
});

test('the backfill example repairs 1,000 notes by a replay, fills a second handler once, and ends by itself', async () => {
  const example = await exampleIn(workspace, 'backfill', { TMPDIR: temporary });
  const output = await example.finish('start');
  expect(output).toContain('1000 notes in the CRM, 0 of them whole\n');
  expect(output).toContain('Without force: 1000 found, 0 ran, 0 failed, 1000 skipped {}\n');
  expect(output).toContain('Dry run      : 1000 found, 1000 ran, 0 failed, 0 skipped');
  expect(output).toContain(
    'Replay       : 1000 found, 1000 ran, 0 failed, 0 skipped {"crm":{"ran":1000,"failed":0}}\n',
  );
  expect(output).toContain('1000 notes in the CRM, 1000 of them whole\n');
  expect(output).toContain(
    'Replay       : 1000 found, 1000 ran, 0 failed, 0 skipped {"warehouse":{"ran":1000,"failed":0}}\n',
  );
  expect(output).toContain('Once more    : 1000 found, 0 ran, 0 failed, 1000 skipped {}\n');
  expect(output).toContain('1000 notes in the warehouse, each written once');
  expect(readdirSync(temporary)).toStrictEqual([]);
});

test('the backfill example leaves no folder behind when it fails', async () => {
  const example = await exampleIn(workspace, 'backfill', { TMPDIR: temporary, BIGMIND_WEBHOOK_SECRET: '' });
  const { code, output } = await example.run('start').ended;
  expect(output).toContain('BIGMIND_WEBHOOK_SECRET');
  expect(code).toBe(1);
  expect(readdirSync(temporary)).toStrictEqual([]);
});
