import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Builds the page as it is published, and the thread that reads bodies, once for all tests. */
export default function buildPage(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-page-'));
  execFileSync(process.execPath, [join(__dirname, '../../../scripts/build-page.mjs'), folder], { stdio: 'inherit' });
  buildSync({
    entryPoints: [join(__dirname, '../../../src/cli/inspector/body-worker.ts')],
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  process.env['INSPECTOR_PAGE'] = folder;
}
