import { join } from 'node:path';
import { play, scenarios } from './blocks';
import { type CodeBlock, codeBlocks, documents, frameworks } from './markdown';
import { fileOf, type RunningBlock, run, writeRunnable } from './run-block';
import { typeErrors } from './type-check';
import { copyExample, filesOf, makeWorkspace, removeWorkspace, write } from './workspace';

const blocks = documents()
  .filter((document) => document !== frameworks)
  .flatMap(codeBlocks);
let workspace: string;
let running: RunningBlock | undefined;

beforeAll(() => {
  workspace = makeWorkspace();
}, 60_000);

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(() => removeWorkspace(workspace));

function blockOf(words: string, document = 'README.md'): CodeBlock {
  const [block, ...others] = blocks.filter((one) => one.document === document && one.text.includes(words));
  if (block === undefined || others.length > 0) throw new Error(`Not one block of ${document} contains: ${words}`);
  return block;
}

/** Runs a block; one that does not listen is served. */
function start(block: CodeBlock): RunningBlock {
  const listens = block.text.includes('.listen(');
  const hidden = !listens && /^const webhooks\b/m.test(block.text);
  const file = writeRunnable(workspace, block, hidden ? 'export { webhooks };\n' : '');
  return listens ? run(file) : run(join(__dirname, 'serve.mjs'), file);
}

test('every block and example compiles under the strictest flags, and a block with a typo would not', () => {
  const written = blocks.map((block) => write(workspace, fileOf(block), block.text));
  expect(written.length).toBeGreaterThan(scenarios.length);
  const examples = ['aws-lambda', 'nextjs'].flatMap((name) => filesOf(copyExample(workspace, name)));
  const sources = examples.filter((file) => file.endsWith('.ts'));
  expect(sources).toHaveLength(4);
  const { text } = blockOf('reads BIGMIND_WEBHOOK_SECRET');
  const typo = write(workspace, 'typo.mts', text.replace('event.data.note_id', 'event.data.note_idd'));
  // One program for all: most of its time goes into the types of Node and Express.
  expect(typeErrors([...written, ...sources, typo])).toEqual([
    expect.stringMatching(/typo\.mts:\d+ Property 'note_idd' does not exist/),
  ]);
}, 180_000);

test.each(scenarios)(
  'the block with "$block" handles deliveries as its document says',
  async (scenario) => {
    running = start(blockOf(scenario.block, scenario.document));
    const port = await running.port;
    const statuses = port === undefined ? [] : await play(scenario, port);
    const { output } = await running.stop();
    expect({ output, statuses }).toEqual({
      output: expect.any(String),
      statuses: [...scenario.send.map(({ status }) => status), 401],
    });
    // In any order: a logger may write later than console.log, where the pipe is full for a moment.
    for (const words of scenario.writes) expect(output).toContain(words);
    expect(output).not.toContain('forged');
  },
  60_000,
);

test('the test that docs/testing.md shows passes', async () => {
  running = run(writeRunnable(workspace, blockOf("from 'node:test'", 'docs/testing.md')));
  const { code, output } = await running.ended;
  expect(output).toContain('a to-do reaches the handler');
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/\bpass 1\b/) });
}, 20_000);

test('the README and docs/handlers.md have no other blocks', () => {
  const played = scenarios.map(({ document = 'README.md' }) => document);
  for (const document of ['README.md', 'docs/handlers.md']) {
    expect(codeBlocks(document)).toHaveLength(played.filter((one) => one === document).length);
  }
});
