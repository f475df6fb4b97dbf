// `npm run soak [-- --seconds 60]`: everything that goes wrong, at once, for a while. Prints a report; exits with 1 if a
// delivery was lost, or something that was recorded as done was done again.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 5) {
  console.error(`--seconds: expected a whole number from 5, got ${values.seconds}.`);
  process.exit(2);
}
const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--config', 'jest.integration.config.js'];
const { status } = spawnSync(process.execPath, [...jest, '--runInBand', 'test/integration/soak.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, SOAK_SECONDS: String(seconds) },
});
process.exitCode = status === 0 ? 0 : 1;
