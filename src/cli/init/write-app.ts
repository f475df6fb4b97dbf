import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  lstatSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from '../../foundations/describe-error';
import { Failure, misuse } from '../failure';
import { makeFolder } from '../make-folder';
import { whyUnread } from '../read-input';
import { visibleText } from '../visible-text';
import type { Language } from './language';
import { type CompletedManifest, completedManifest, newManifest, readManifest } from './manifest';
import { templateOf } from './template';

/** What was written. */
export interface WrittenApp {
  /** Paths of new files, below the folder. */
  readonly files: readonly string[];
  /** What was added to a package.json that was there. */
  readonly added: readonly string[];
  readonly scripts: CompletedManifest['scripts'];
  /** The file with the handler. */
  readonly handlers: string;
}

/**
 * Writes the app into a folder, which is made if there is none.
 *
 * @throws Failure before anything is written, if a file of the app is there already
 */
export function writeApp(folder: string, language: Language): WrittenApp {
  const before = contentIfAny(join(folder, 'package.json'));
  const present = before === undefined ? newManifest(folder) : readManifest(before);
  if (present['name'] === 'bigmind-webhooks')
    throw misuse(
      'package.json has the name bigmind-webhooks, as the package that it needs. Give it another name first.',
    );
  const { manifest, files } = templateOf(language, present['type'] === 'module');
  const completed = completedManifest(present, manifest, before);
  refuseToOverwrite(folder, [...(before === undefined ? ['package.json'] : []), ...files.map(({ path }) => path)]);
  const ignored = isThere(join(folder, '.gitignore')) ? [] : [{ path: '.gitignore', text: ignoredIn(language) }];
  for (const { path, text } of [...files, ...ignored]) put(join(folder, path), text);
  // A link that leads nowhere has no text, and to write there would make a file elsewhere.
  if (before === undefined) put(join(folder, 'package.json'), completed.text);
  else if (completed.added.length > 0) replace(join(folder, 'package.json'), completed.text);
  const written = [...files, ...ignored].map(({ path }) => path);
  return {
    files: before === undefined ? ['package.json', ...written] : written,
    added: before === undefined ? [] : completed.added,
    scripts: completed.scripts,
    handlers: written.find((path) => /\bwebhooks\.m?[jt]s$/.test(path)) ?? '',
  };
}

/**
 * Writes a new file.
 *
 * @throws Failure saying why it cannot be written
 */
function put(path: string, text: string): void {
  try {
    makeFolder(dirname(path));
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    throw unwritable(path, error as NodeJS.ErrnoException);
  }
}

/**
 * Replaces a file as a whole: on a full disk the user's own text is still there.
 *
 * @throws Failure saying why it cannot be written
 */
function replace(path: string, text: string): void {
  const file = realpathSync(path);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    accessSync(file, constants.W_OK);
    writeFileSync(draft, text, { flag: 'wx' });
    const { mode, uid, gid } = statSync(file);
    // In a container root may write into the folder of somebody else.
    if (process.getuid?.() === 0) chownSync(draft, uid, gid);
    chmodSync(draft, mode);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw unwritable(path, error as NodeJS.ErrnoException);
  }
}

function unwritable(path: string, error: NodeJS.ErrnoException): Failure {
  const why = error.code === 'ENOENT' ? 'its folder cannot be made' : whyUnread(error);
  return new Failure(`${visibleText(path)} cannot be written: ${why}.`);
}

function refuseToOverwrite(folder: string, paths: readonly string[]): void {
  const there = paths.filter((path) => isThere(join(folder, path)));
  if (there.length === 0) return;
  const [are, them] = there.length === 1 ? ['is', 'it'] : ['are', 'them'];
  throw misuse(
    `${there.join(', ')} ${are} there already, and nothing is written over ${them}. Name a folder for the app, as in ` +
      '`bigmind-webhooks init bigmind`.',
  );
}

/** Also a link that leads nowhere: to write there would make a file elsewhere. */
function isThere(path: string): boolean {
  refuseFile(dirname(path));
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** What a file holds; `undefined` if there is none. */
function contentIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw misuse(`${visibleText(path)} cannot be read: ${whyUnread(error as NodeJS.ErrnoException)}.`);
  }
}

function ignoredIn(language: Language): string {
  return language === 'typescript' ? 'node_modules/\ndist/\n' : 'node_modules/\n';
}

/** @throws Failure if a path is no folder, and not free to become one */
export function refuseFile(path: string): void {
  const stats = statOf(path);
  if (stats?.isDirectory() === false) throw misuse(`${visibleText(path)} is a file. Name a folder.`);
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw misuse(`${visibleText(path)} cannot be a folder: ${whyUnread(error as NodeJS.ErrnoException)}.`);
  }
}
