import { codeBlocks, documents, frameworks } from '../docs/markdown';
import { run, writeRunnable } from '../docs/run-block';
import { makeWorkspace, removeWorkspace } from '../docs/workspace';

// Beside `npm test`, which compiles these blocks too and runs those of the README: each is a process of its own.
const blocks = documents()
  .flatMap(codeBlocks)
  .filter(({ document }) => !['README.md', frameworks].includes(document));
let workspace: string;

beforeAll(() => {
  workspace = makeWorkspace();
});

afterAll(() => removeWorkspace(workspace));

test('every block of the documents beside the README runs without an error', async () => {
  expect(blocks.length).toBeGreaterThan(5);
  const failed: unknown[] = [];
  for (const block of blocks) {
    const { port, ended, stop } = run(writeRunnable(workspace, block));
    const { code, output } = (await port) === undefined ? await ended : await stop();
    if (code !== 0) failed.push({ document: block.document, heading: block.heading, output });
  }
  expect(failed).toStrictEqual([]);
});
