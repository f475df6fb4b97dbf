import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldsOf } from '../foundations/fields-of';

/** The version of this package. */
export function ownVersion(): string {
  return ownManifest().version;
}

/** The range of versions of another package that this one is tried with. */
export function triedRange(name: string): string {
  const range = fieldsOf(ownManifest().devDependencies)[name];
  return typeof range === 'string' ? range : '*';
}

/** Our package.json is two folders up, from src/cli and from dist/cli. */
function ownManifest(): { readonly version: string; readonly devDependencies?: unknown } {
  return JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
}
