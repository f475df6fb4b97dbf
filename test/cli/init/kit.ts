import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Run, runHere } from '../fake-io';

export type Env = NonNullable<Parameters<typeof runHere>[1]>['env'];

/** A folder to write an app into. */
export interface Place {
  readonly folder: string;
  /** What is in it: the path of each file below it, with its text. */
  files(): Readonly<Record<string, string>>;
  read(path: string): string;
  write(path: string, text: string): void;
  init(args?: readonly string[], env?: Env): Promise<Run>;
  remove(): void;
}

/** Makes an empty folder, called `my-app`; `within` is a folder to make it in. */
export function makePlace(within = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-init-'))): Place {
  const folder = join(within, 'my-app');
  mkdirSync(folder, { recursive: true });
  const state = join(within, 'state');
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  return {
    folder,
    read,
    files() {
      const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
      return Object.fromEntries(paths.map((path) => [path, read(path)]));
    },
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    init: (args = ['--no-install'], env = {}) =>
      runHere(['init', folder, ...args], { env: { XDG_STATE_HOME: state, ...env } }),
    remove: () => rmSync(within, { recursive: true, force: true }),
  };
}
