// `npm run fuzz [-- --seconds 300 --requests 1000000 --schedules 1000000]`: first changed deliveries and raw bytes
// (scripts/fuzz/requests.mjs), then simulated schedules of processes and faults (test/deduplication/schedules.test.ts): as many
// as asked for, or until a third of the time is up for each. Then the property tests again and again, each time from another
// random seed. Ends at the first failure: prints it and the command that repeats it, and exits with 1.
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    requests: { type: 'string', default: '1000000' },
    schedules: { type: 'string', default: '1000000' },
  },
});
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 1) {
  console.error(`--seconds: expected a whole number from 1, got ${values.seconds}.`);
  process.exit(2);
}
if (!/^[1-9]\d*$/.test(values.schedules)) {
  console.error(`--schedules: expected a whole number from 1, got ${values.schedules}.`);
  process.exit(2);
}
// Every suite that imports fast-check, itself or through another file.
const properties = ['--findRelatedTests', 'test/properties/fast-check.js'];

const started = performance.now();
const passed = () => (performance.now() - started) / 1000;
const third = String(Math.ceil(seconds / 3));
const { status: ofRequests } = spawnSync(
  process.execPath,
  ['--expose-gc', 'scripts/fuzz/requests.mjs', '--requests', values.requests, '--seconds', third],
  { stdio: 'inherit' },
);
if (ofRequests !== 0) process.exit(1);

/** Runs a share of the schedules from a seed of its own; resolves to what it printed, and whether nothing broke. */
async function runSchedules(count) {
  const seed = String(randomInt(2 ** 31));
  const env = { ...process.env, PROPERTY_SEED: seed, SCHEDULES: String(count), SCHEDULES_SECONDS: third };
  const child = spawn('node_modules/.bin/jest', ['test/deduplication/schedules.test.ts'], { env });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
  }
  const [status] = await once(child, 'close');
  return { isWhole: status === 0, printed };
}

const shares = availableParallelism();
const each = Math.ceil(Number(values.schedules) / shares);
const ran = await Promise.all(Array.from({ length: shares }, () => runSchedules(each)));
for (const { isWhole, printed } of ran) {
  if (!isWhole) {
    console.error(printed);
    process.exit(1);
  }
  console.log(`ok   ${/^\d+ schedules .*$/m.exec(printed)?.[0]}`);
}

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
