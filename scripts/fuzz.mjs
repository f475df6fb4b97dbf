// `npm run fuzz [-- --seconds 300 --requests 1000000]`: first changed deliveries and raw bytes, as many as asked for or
// until half of the time is up (scripts/fuzz/requests.mjs). Then the property tests again and again, each time from another
// random seed. Ends at the first failure: prints it and the command that repeats it, and exits with 1.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '300' }, requests: { type: 'string', default: '1000000' } },
});
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 1) {
  console.error(`--seconds: expected a whole number from 1, got ${values.seconds}.`);
  process.exit(2);
}
// Every suite that imports fast-check, itself or through another file.
const properties = ['--findRelatedTests', 'test/properties/fast-check.js'];

const started = performance.now();
const passed = () => (performance.now() - started) / 1000;
const half = String(Math.ceil(seconds / 2));
const { status: ofRequests } = spawnSync(
  process.execPath,
  ['--expose-gc', 'scripts/fuzz/requests.mjs', '--requests', values.requests, '--seconds', half],
  { stdio: 'inherit' },
);
if (ofRequests !== 0) process.exit(1);
let rounds = 0;
do {
  const seed = randomInt(2 ** 31);
  const { status, stdout, stderr } = spawnSync('node_modules/.bin/jest', properties, {
    encoding: 'utf8',
    env: { ...process.env, PROPERTY_SEED: String(seed) },
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  if (status !== 0) {
    const suites = Array.from(stderr.matchAll(/^FAIL (\S+)/gm), ([, suite]) => suite);
    const which = suites.length > 0 ? suites : properties;
    console.error(`${stdout}${stderr}\nFAIL seed ${seed}. Again: PROPERTY_SEED=${seed} npx jest ${which.join(' ')}`);
    process.exit(1);
  }
  rounds += 1;
  console.log(`ok   seed ${seed} (after ${passed().toFixed(0)} s)`);
} while (passed() < seconds);
console.log(`No property failed from ${rounds} random seeds.`);
