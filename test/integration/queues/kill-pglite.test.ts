import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from '../kit/sender';
import { removeServices, type Service, sendAll, startService } from './kill/service';

const deliveries = 300;
const kills = 3;
const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-pglite-'));
let service: Service | undefined;

afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
  await removeServices();
});

test(`one process with PGlite on disk, killed ${kills} times and started again in the same folder, loses nothing that it answered`, async () => {
  service = await startService({ engine: 'pglite', engineUrl: folder, roles: ['both'], failing: 0.3 });
  const { fleet, vendor } = service;
  const sending = sendAll(vendor, deliveries, 30);
  for (let kill = 0; kill < kills; kill += 1) {
    await pause(1000 + Math.random() * 1000);
    await fleet.crash(0);
  }
  await sending;
  const sent = await vendor.finish();
  // What the last one that was killed was handling comes back 12 s after it was started.
  for (const end = performance.now() + 60_000; performance.now() < end; await pause(200)) {
    if ((await service.account(sent.acknowledged)).lost === 0) break;
  }
  const found = await service.account(sent.acknowledged);
  process.stdout.write(`${JSON.stringify({ engine: 'pglite', kills, ...sent, ...found })}\n`);
  expect({ ...found, givenUp: sent.givenUp }).toMatchObject({ lost: 0, doubled: 0, givenUp: 0 });
  expect(found.downstream.has).toBe(found.downstream.expected);
  expect(sent.acknowledged).toBe(deliveries);
}, 240_000);
