import { rmSync } from 'node:fs';

export default function removePage(): void {
  const folder = process.env['INSPECTOR_PAGE'];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
