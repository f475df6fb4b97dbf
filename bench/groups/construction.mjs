// The first receiver of a process against Ajv alone on the same schemas, each in a process of its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import bigmind from '../../dist/index.js';

const atMost = 1.25;
// What src/events/compile-schemas.ts does without.
const leanOptions = { meta: false, validateSchema: false, messages: false, code: { optimize: false } };

export function construction() {
  return {
    name: 'construction',
    unit: 'ms',
    rounds: 15,
    warmUps: 1,
    contenders: {
      'bigmindWebhooks()': fresh('bigmind-webhooks'),
      Ajv: fresh('ajv'),
      'Ajv, lean': fresh('ajv', JSON.stringify({ logger: false, unicodeRegExp: false, ...leanOptions })),
    },
    rows: [
      row('bare Ajv', (took) => took['bigmindWebhooks()'] / took.Ajv),
      row('bare Ajv with lean options', (took) => took['bigmindWebhooks()'] / took['Ajv, lean']),
    ],
  };
}

const at = `${bigmind.eventNames.length} schemas`;
const row = (other, ratio) => ({
  what: `construction to ${other}`,
  at,
  means: `the time of the first \`bigmindWebhooks()\` of a process. Divided by the time in which ${other} compiles the same schemas.`,
  goal: { atMost },
  ratio,
});

function fresh(file, ...args) {
  const script = fileURLToPath(new URL(`../fresh/${file}.mjs`, import.meta.url));
  return async function milliseconds() {
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
    return Number(stdout);
  };
}
