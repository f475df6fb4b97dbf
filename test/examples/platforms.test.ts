import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { toJavaScript } from '../docs/type-check';
import { copyExample, filesOf, makeWorkspace, removeWorkspace } from '../docs/workspace';
import { drive, expectAllHandled } from './reference-deliveries';

let workspace: string;
let away: string;

beforeAll(() => {
  workspace = makeWorkspace();
  away = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-bundle-'));
}, 60_000);

afterAll(() => {
  removeWorkspace(workspace);
  rmSync(away, { recursive: true, force: true });
});

function copyAndCompile(name: string): string {
  const folder = copyExample(workspace, name);
  for (const file of filesOf(folder).filter((path) => path.endsWith('.ts'))) {
    writeFileSync(file.replace(/ts$/, 'js'), toJavaScript(readFileSync(file, 'utf8'), 'commonjs'));
  }
  return folder;
}

test('the aws-lambda example hands every event of the reference to its handlers', () => {
  const folder = copyAndCompile('aws-lambda');
  expectAllHandled(drive('drive-lambda.cjs', folder, [join(folder, 'handler.js'), join(folder, 'webhooks.js')]));
});

test('the nextjs example hands every event of the reference to its handlers', () => {
  const folder = copyAndCompile('nextjs');
  const route = join(folder, 'app', 'webhooks', 'bigmind');
  expectAllHandled(drive('drive-nextjs.cjs', folder, [join(route, 'route.js'), join(route, 'webhooks.js')]));
});

test('the aws-lambda example does so from one bundled file, with no package beside it', () => {
  const resolveDir = copyExample(workspace, 'aws-lambda');
  const outfile = join(away, 'handler.cjs');
  const { warnings } = buildSync({
    stdin: { contents: "export * from './handler'; export * from './webhooks';", resolveDir },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'silent',
  });
  expect(warnings).toStrictEqual([]);
  expectAllHandled(drive('drive-lambda.cjs', away, [outfile, outfile]));
});
