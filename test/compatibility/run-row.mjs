import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { blockUnder, cellOf, toJavaScript } from './doc-blocks.mjs';
import { install, nodeOf, root, run } from './install.mjs';

const houses = join(import.meta.dirname, 'houses');
const services = {
  redis: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
  postgres: process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
};

/**
 * Installs and runs a row. `verdict` is `works` with what was `seen`, `failed` or `not run` with the reason in `why`. What its
 * house proves, it writes into a file; a house that ends well without having proved anything has failed.
 */
export async function runRow(row, tarball) {
  const silent = (row.services ?? []).find((name) => name in services);
  if (silent !== undefined && !(await answers(new URL(services[silent])))) {
    return { verdict: 'not run', seen: [], why: `No ${silent} answers at ${services[silent]}.` };
  }
  let folder;
  let node;
  try {
    node = await nodeOf(isOlder(process.version.slice(1), row.minNode) ? newerNode : row.node);
    folder = await install({ packages: row.installed ?? row.packages, tarball, legacy: row.legacy });
  } catch (error) {
    return { verdict: 'not run', seen: [], why: error.message };
  }
  const place = mkdtempSync(join(folder, 'run-'));
  try {
    return await runIn(place, row, { node, tarball, folder });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** For rows that need a newer Node than the one that runs this. */
const newerNode = '24.9.0';

async function runIn(place, row, { node, tarball, folder }) {
  const isFile = /\.\w+$/.test(row.house);
  cpSync(join(houses, 'kit.cjs'), join(place, 'kit.cjs'));
  cpSync(join(houses, row.house), isFile ? join(place, row.house) : place, { recursive: true });
  // Not our own name: Node would take the folder for the package.
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'house', private: true, ...row.manifest }));
  const blocks = writeBlocks(place, row.blocks ?? []);
  writeJavaScript(place);
  writeAdapter(place, row.adapter);
  const proofs = join(place, 'proofs.txt');
  const env = {
    BIGMIND_WEBHOOK_SECRET: 'the secret of the house',
    COMPATIBILITY_PROOFS: proofs,
    COMPATIBILITY_TARBALL: tarball,
    REDIS_URL: services.redis,
    DATABASE_URL: services.postgres,
    PATH: [dirname(node), join(folder, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    NODE_OPTIONS: '',
    CI: 'true',
    ...row.env,
  };
  if (blocks.length > 0 && row.types !== false) {
    const { code, output } = await run(process.execPath, [tsc, ...strictly, ...blocks], {
      cwd: place,
      env,
      seconds: 120,
    });
    if (code !== 0) return { verdict: 'failed', seen: [], why: output.slice(-4000) };
    appendFileSync(proofs, 'types\n');
  }
  const main = row.main ?? row.house;
  const [command, ...args] = row.command ?? [node, ...(row.nodeArgs ?? []), main, ...(row.args ?? [])];
  const { code, output } = await run(command, args, { cwd: place, env, seconds: row.seconds ?? 120 });
  const seen = existsSync(proofs) ? [...new Set(readFileSync(proofs, 'utf8').trim().split('\n'))] : [];
  if (code === 0 && seen.some((proof) => proof !== 'types')) return { verdict: 'works', seen, why: '' };
  const why = `exit code ${code}, proved: ${seen.join(', ') || 'nothing'}\n${output.slice(-4000)}`;
  return { verdict: 'failed', seen, why };
}

const tsc = join(root, 'node_modules/typescript/bin/tsc');
const strictly =
  '--noEmit --strict --skipLibCheck --target es2022 --module nodenext --types node --allowJs --experimentalDecorators'.split(
    ' ',
  );

/** Writes blocks of the documents, word for word; their paths. */
function writeBlocks(place, blocks) {
  return blocks.map(({ document, heading, as, alternative }) => {
    mkdirSync(join(place, dirname(as)), { recursive: true });
    writeFileSync(join(place, as), blockUnder(document, heading, alternative));
    return as;
  });
}

/** Sources in TypeScript get their JavaScript beside them. */
function writeJavaScript(place) {
  for (const name of readdirSync(place).filter((each) => each.endsWith('.ts'))) {
    const file = join(place, name);
    writeFileSync(file.replace(/\.ts$/, '.js'), toJavaScript(readFileSync(file, 'utf8')));
  }
}

/** Writes the adapter that docs/stores.md has in a table, word for word, as a function of what it names. */
function writeAdapter(place, name) {
  const code = name === undefined ? 'undefined' : cellOf('docs/stores.md', name);
  writeFileSync(
    join(place, 'adapter.mjs'),
    `export const adapter = (given) => new Function(...Object.keys(given), ${JSON.stringify(`return (${code});`)})(...Object.values(given));\n`,
  );
}

function isOlder(version, than) {
  if (than === undefined) return false;
  const [major, minor] = version.split('.').map(Number);
  const [thanMajor, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}

function answers({ hostname, port, protocol }) {
  return new Promise((resolve) => {
    const socket = connect(Number(port) || (protocol === 'redis:' ? 6379 : 5432), hostname);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
