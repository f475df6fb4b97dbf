import { rmSync } from 'node:fs';
import { installed } from './install';

/** Leaves nothing behind. */
export default function remove(): void {
  rmSync(installed().folder, { recursive: true, force: true });
}
