import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A row of the bench:
 *
 * - `group`, `name`: what it is called. `packages`: exact versions of what is installed beside the package.
 *   `installed`: what is really installed, where several rows share an install, or types are needed.
 * - `house`: a file or folder in houses/ that is copied beside the installed packages, with `kit.cjs`. It is run there by Node
 *   (`nodeArgs`, `main`, `args`), or by `command`. It succeeds if it exits with 0 and has told `proved()` something.
 * - `blocks`: blocks of the documents that are put beside it, and type-checked unless `types` is `false`; with an
 *   `alternative`, lines with a comment that begins so are what the comment says. `manifest`: what its package.json says.
 * - `adapter`: the row of a table in docs/stores.md whose code is run.
 * - `minNode`: the oldest Node that its packages run on; with an older one at hand, a newer one is installed. `node`: the Node it
 *   is about. `services`: the servers that it needs.
 * - `supported`: `false` with what the failure is `saying`, the `reason`, and what to do `instead`. `pinned`: it is one of the ten that every change is tried with.
 * - `seconds`: the most that it may take, without the install.
 */
const order = [
  'express',
  'frameworks',
  'serverless',
  'tracers',
  'tests',
  'bundlers',
  'installs',
  'typescript',
  'runtimes',
  'stores',
  'queues',
];

const folder = join(import.meta.dirname, 'rows');
const present = readdirSync(folder).filter((name) => order.includes(name.replace(/\.mjs$/, '')));
const files = present.toSorted((a, b) => order.indexOf(a.slice(0, -4)) - order.indexOf(b.slice(0, -4)));
const parts = await Promise.all(files.map((name) => import(`./rows/${name}`)));

export const rows = parts.flatMap((part) => part.rows);

const names = rows.map(({ group, name }) => `${group}: ${name}`);
const twice = names.find((name, index) => names.indexOf(name) !== index);
if (twice !== undefined) throw new Error(`Two rows are called ${twice}.`);
