import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Builds the page as it is published, once for all tests. */
export default function buildPage(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-page-'));
  execFileSync(process.execPath, [join(__dirname, '../../../scripts/build-page.mjs'), folder], { stdio: 'inherit' });
  process.env['INSPECTOR_PAGE'] = folder;
}
