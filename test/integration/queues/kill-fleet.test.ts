import { until } from './bullmq-kit';
import { type EngineServer, startServer } from './kill/servers';
import { removeServices, type Service, sendAll, startService } from './kill/service';
import { makeTrouble } from './kill/trouble';

const roles = ['web', 'worker', 'web', 'worker', 'worker'] as const;
/** `QUEUE_KILL_DELIVERIES=5000` for half a minute of it. */
const deliveries = Number(process.env['QUEUE_KILL_DELIVERIES'] ?? 1500);
const perSecond = 150;
/** Jobs of killed workers come back after some seconds, those that failed a little later. */
const drainMs = 150_000;
/** Where nobody is killed, a worker on a busy machine is not to count as lost. */
const patient = { lostAfterMs: 30_000 } as const;

afterAll(removeServices);

describe.each(['bullmq', 'pg-boss'] as const)('%s', (engine) => {
  let server: EngineServer;
  let service: Service | undefined;

  beforeAll(async () => {
    server = await startServer(engine);
  });
  afterEach(() => service?.stop());
  afterAll(() => server.remove());

  async function drained({ namespace }: Service): Promise<void> {
    let pending: Readonly<Record<string, number>> = {};
    const isDrained = async (): Promise<boolean> => {
      pending = await server.pending(namespace);
      return Object.keys(pending).length === 0;
    };
    await until(isDrained, drainMs).catch(() => undefined);
    // Those that are dead stay.
    expect(pending).toEqual({});
  }

  test(`${deliveries} deliveries, while web processes, workers and the server are killed: none that was answered is lost, nothing that was recorded is done again`, async () => {
    service = await startService({ engine, engineUrl: server.url, roles, failing: 0.3 });
    const { fleet, vendor } = service;
    const started = performance.now();
    const sending = sendAll(vendor, deliveries, perSecond);
    const trouble = await makeTrouble(fleet, server, sending);
    const calmAt = performance.now();
    await sending;
    const sent = await vendor.finish();
    await drained(service);
    const found = await service.account(sent.acknowledged);
    const seconds = { trouble: (calmAt - started) / 1000, drain: (performance.now() - calmAt) / 1000 };
    process.stdout.write(`${JSON.stringify({ engine, ...trouble, ...sent, ...found, seconds })}\n`);

    expect({ ...found, givenUp: sent.givenUp }).toMatchObject({ lost: 0, doubled: 0, givenUp: 0 });
    // What a crash makes happen twice, the key of the delivery makes one.
    expect(found.downstream.has).toBe(found.downstream.expected);
    expect(sent.acknowledged).toBe(deliveries);
    // And it was trouble.
    for (const happened of [trouble.crashes, trouble.serverCrashes, sent.copies]) expect(happened).toBeGreaterThan(1);
    expect(Object.keys(sent.outcomes)).toEqual(expect.arrayContaining(['queued', 'UNAVAILABLE', 'no answer']));
  }, 300_000);

  test('a deploy under load, process by process, loses nothing and does nothing twice', async () => {
    service = await startService({ engine, engineUrl: server.url, roles, failing: 0.3, ...patient });
    const { fleet, vendor } = service;
    let deploying = true;
    const deploy = fleet.deploy().finally(() => {
      deploying = false;
    });
    while (deploying) await sendAll(vendor, 20, 100);
    expect(await deploy).toEqual(roles.map(() => 0));
    const sent = await vendor.finish();
    await drained(service);
    const found = await service.account(sent.acknowledged);

    expect({ ...found, givenUp: sent.givenUp }).toEqual({
      lost: 0,
      doubled: 0,
      repeatedUnrecorded: 0,
      givenUp: 0,
      downstream: { has: sent.acknowledged * 2, expected: sent.acknowledged * 2 },
    });
    expect(sent.acknowledged).toBeGreaterThan(50);
  }, 240_000);
});
