import { makeWorkspace, removeWorkspace } from '../../docs/workspace';
import { exampleIn } from './kit';

let workspace: string;

beforeAll(() => {
  workspace = makeWorkspace();
}, 120_000);

afterAll(() => removeWorkspace(workspace));

test('the backfill example repairs 1,000 notes by a replay, fills a second handler once, and ends by itself', async () => {
  const example = await exampleIn(workspace, 'backfill', {});
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
});
