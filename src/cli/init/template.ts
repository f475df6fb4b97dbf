import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from './language';

/** A file to write, with its path below the folder of the app. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/**
 * What an app needs in its package.json, without versions. A script that is there already stays, and the one with
 * `:webhooks` at its end is added beside it.
 */
export interface TemplateManifest {
  readonly type: 'module';
  readonly scripts: Readonly<Record<'start' | 'start:webhooks' | 'test' | 'test:webhooks', string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface Template {
  readonly manifest: TemplateManifest;
  readonly files: readonly NewFile[];
}

/**
 * The app in a language. Its files are ES modules: in a package of another type they are called `.mjs` and `.mts`, so that
 * no file of that package changes its meaning.
 */
export function templateOf(language: Language, isModule: boolean): Template {
  // Three folders up, from src/cli/init and from dist/cli/init.
  const folder = join(__dirname, '../../../templates', language);
  const read = (path: string) => inType(readFileSync(join(folder, path), 'utf8'), isModule);
  const paths = filesBelow(folder)
    .map((path) => path.slice(folder.length + 1))
    .filter((path) => path !== 'package.json')
    .toSorted();
  return {
    manifest: JSON.parse(read('package.json')) as TemplateManifest,
    files: paths.map((path) => ({ path: isModule ? path : path.replace(/\.([jt]s)$/, '.m$1'), text: read(path) })),
  };
}

/** Folder by folder: Yarn's Plug'n'Play reads the package from its archive, and does not know `recursive`. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** In a text, the names of the app's own modules. */
function inType(text: string, isModule: boolean): string {
  return isModule ? text : text.replace(/(?<=\b(?:start|webhooks|webhooks\.test))\.js\b/g, '.mjs');
}
