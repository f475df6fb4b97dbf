import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = join(__dirname, '../../..');
export const packageNames = {
  'bigmind-webhooks': join(root, 'src/index.ts'),
  'bigmind-webhooks/redis': join(root, 'src/stores/redis/index.ts'),
  'bigmind-webhooks/postgres': join(root, 'src/stores/postgres/index.ts'),
  'bigmind-webhooks/bullmq': join(root, 'src/queues/bullmq/index.ts'),
  'bigmind-webhooks/pg-boss': join(root, 'src/queues/pg-boss/index.ts'),
  'bigmind-webhooks/opentelemetry': join(root, 'src/telemetry/opentelemetry/index.ts'),
};

/** A program that processes of their own can run. */
export interface Bundle {
  readonly file: string;
  remove(): void;
}

export interface BundleOptions {
  /** The program, as a file below the repository or as text. */
  readonly entry: string | { readonly text: string };
  /** How long a claim lasts without being extended, so that nobody waits for the usual 15 s. */
  readonly leaseMs?: number;
}

/** Makes one file of a program, the sources of the package and the drivers. */
export async function bundle({ entry, leaseMs }: BundleOptions): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-app-'));
  const file = join(folder, 'app.mjs');
  const from =
    typeof entry === 'string'
      ? { entryPoints: [join(root, entry)] }
      : { stdin: { contents: entry.text, loader: 'ts' as const, resolveDir: root } };
  await build({
    ...from,
    outfile: file,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    alias: packageNames,
    external: ['pg-native', 'pg-cloudflare'],
    plugins: [pgliteWhereItIs, ...(leaseMs === undefined ? [] : [shortLease(leaseMs)])],
    logLevel: 'error',
  });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** PGlite looks for its files beside its own code. */
const pgliteWhereItIs: Plugin = {
  name: 'pglite-where-it-is',
  setup({ onResolve }) {
    const path = pathToFileURL(join(root, 'node_modules/@electric-sql/pglite/dist/index.js')).href;
    onResolve({ filter: /^@electric-sql\/pglite$/ }, () => ({ path, external: true }));
  },
};

/** The same code with another number in it: how often a lease is extended follows it, as in the original. */
function shortLease(leaseMs: number): Plugin {
  const written = 'leaseMs = 15_000';
  return {
    name: 'short-lease',
    setup({ onLoad, onEnd }) {
      let found = 0;
      onLoad({ filter: /src[\\/]deduplication[\\/][\w-]+\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        found += text.split(written).length - 1;
        return { contents: text.replaceAll(written, `leaseMs = ${leaseMs}`), loader: 'ts' };
      });
      onEnd(() => {
        if (found !== 1) throw new Error(`Expected "${written}" once in src/deduplication, found it ${found} times.`);
      });
    },
  };
}
