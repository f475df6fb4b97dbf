import { proxyTo, type Wire } from '../kit/proxy';
import { databaseUrl } from '../services';
import { newDelivery, recordingLogger, until } from './bullmq-kit';
import { Company, postgresStage, type Stage, succeeds } from './pg-boss-kit';

let wire: Wire;
let stage: Stage;
let company: Company;

beforeEach(async () => {
  const { hostname, port } = new URL(databaseUrl);
  wire = await proxyTo(hostname, Number(port || 5432));
  const through = new URL(databaseUrl);
  through.host = `127.0.0.1:${wire.port}`;
  stage = await postgresStage({ connectionString: through.href, max: 2 });
  company = new Company();
});
afterEach(async () => {
  await company.end();
  await stage.remove();
  await wire.close();
});

/** pg-boss' connections swallow everything from now on, as behind a firewall that forgot them; new ones work. */
async function goSilent(): Promise<void> {
  await Promise.all([stage.sql('SELECT 1'), stage.boss.getQueues()]);
  wire.halfOpen();
}

test('a connection that dies while the queues are made costs its time, and the next one is asked', async () => {
  await goSilent();
  const { logger, lines } = recordingLogger();
  const queue = company.queue(stage, {}, logger);
  const ran: string[] = [];
  await company.worker(queue, ({ key }) => ran.push(key));
  const job = newDelivery();
  await until(() => succeeds(queue.enqueue(job)));
  await until(() => ran.length > 0);
  expect(ran).toEqual([job.key]);
  expect(lines.length).toBeGreaterThan(0);
}, 60_000);
