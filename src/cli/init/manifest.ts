import { basename } from 'node:path';
import { fieldsOf } from '../../foundations/fields-of';
import { isRecord } from '../../foundations/is-record';
import { misuse } from '../failure';
import { jsonIn } from '../json-in';
import { whereBroken } from '../json-place';
import { ownVersion, triedRange } from '../version';
import type { TemplateManifest } from './template';

type Fields = Readonly<Record<string, unknown>>;

/** A package.json with all that the app needs. */
export interface CompletedManifest {
  readonly text: string;
  /** What it did not have before, such as `dependencies.express`. */
  readonly added: readonly string[];
  /** The names that the scripts of the app have in it. */
  readonly scripts: { readonly start: string; readonly test: string };
}

/**
 * The fields of a package.json.
 *
 * @throws Failure for a text that is none
 */
export function readManifest(text: string): Fields {
  const json = text.replace(/^\ufeff/, '');
  const { value } = jsonIn(json) ?? {};
  if (isRecord(value)) return value;
  const place = whereBroken(json);
  const why = place && `line ${place.line}, column ${place.column}, expected ${place.expected}`;
  throw misuse(`package.json is no JSON object${why === undefined ? '' : `: ${why}`}. Nothing was written.`);
}

/** A package.json for a new package in a folder. */
export function newManifest(folder: string): Fields {
  return { name: nameFor(folder), private: true, type: 'module' };
}

/** npm takes small letters, digits, and few signs between them; a package cannot be called as one that it needs. */
function nameFor(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, 200);
  return name === '' || name === 'bigmind-webhooks' || name === 'express' ? 'bigmind-webhooks-app' : name;
}

/** Adds the fields that the app needs and a package.json lacks. Existing ones stay as they are. */
export function completedManifest(
  present: Fields,
  template: TemplateManifest,
  textBefore: string | undefined,
): CompletedManifest {
  const added: string[] = [];
  const scripts: Record<string, unknown> = { ...fieldsOf(present['scripts']) };
  const nameOf = (name: 'start' | 'test') => {
    const own = isFree(scripts[name], template.scripts[name]) ? name : (`${name}:webhooks` as const);
    if (scripts[own] === template.scripts[own]) return own;
    if (own !== name && scripts[own] !== undefined)
      throw misuse(`package.json has the scripts ${name} and ${own}. Rename one of them first.`);
    scripts[own] = template.scripts[own];
    added.push(`scripts.${own}`);
    return own;
  };
  const names = { start: nameOf('start'), test: nameOf('test') };
  const result: Record<string, unknown> = { ...present, scripts };
  const installed = [...kinds, 'peerDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.keys(fieldsOf(present[kind])),
  );
  for (const kind of kinds) {
    const missing = Object.keys(template[kind] ?? {}).filter((name) => !installed.includes(name));
    if (missing.length === 0) continue;
    const ranges = Object.fromEntries(missing.map((name) => [name, rangeOf(name)]));
    result[kind] = { ...fieldsOf(present[kind]), ...ranges };
    added.push(...missing.map((name) => `${kind}.${name}`));
  }
  const indent = /^\{\s*?\n([ \t]+)/.exec(textBefore ?? '')?.[1] ?? 2;
  const text = `${JSON.stringify(result, null, indent)}\n`;
  // Other line ends would change every line for git.
  const isOfWindows = /^\{[ \t]*\r\n/.test(textBefore ?? '');
  return { text: isOfWindows ? text.replaceAll('\n', '\r\n') : text, added, scripts: names };
}

const kinds = ['dependencies', 'devDependencies'] as const;

/** Also the placeholder of `npm init`, which only fails. */
function isFree(present: unknown, wanted: string): boolean {
  if (present === undefined || present === wanted) return true;
  return typeof present === 'string' && present.includes('Error: no test specified');
}

function rangeOf(name: string): string {
  return name === 'bigmind-webhooks' ? `^${ownVersion()}` : triedRange(name);
}
