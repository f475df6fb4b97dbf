import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the page. */
export interface PageFile {
  readonly contentType: string;
  readonly bytes: Buffer;
}

const contentTypes = {
  'index.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
} as const;

/**
 * The files of the page by name, read once. The name of index.html is `''`.
 *
 * @throws Error when the page was not built
 */
export function readPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  return new Map(
    Object.entries(contentTypes).map(([name, contentType]) => [
      name === 'index.html' ? '' : name,
      { contentType, bytes: readFileSync(join(folder, name)) },
    ]),
  );
}
