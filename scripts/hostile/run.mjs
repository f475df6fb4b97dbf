// `npm run hostile [-- --connections 5000]`: strangers attack a receiver with connections that are slow, cut into bytes,
// large, half closed and reset. Prints a report; exits with 1 if it took too much memory or time, or lost a delivery.
// Strangers have machines of their own, so on Linux the receiver gets the first core, and they get the others. What else
// runs on the machine delays the receiver as well: `ownDelay` counts only the time that it took of the processor itself.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { connections: { type: 'string', default: '5000' } } });
const connections = Number(values.connections);
if (!Number.isInteger(connections) || connections < 100) {
  console.error(`--connections: expected a whole number from 100, got ${values.connections}.`);
  process.exit(2);
}
const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--config', 'jest.integration.config.js'];
const { status } = spawnSync(process.execPath, [...jest, '--runInBand', 'test/integration/hostile.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, HOSTILE_CONNECTIONS: String(connections) },
});
process.exitCode = status === 0 ? 0 : 1;
