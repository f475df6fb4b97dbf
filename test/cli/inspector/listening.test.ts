import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import workerThreads, { type Worker } from 'node:worker_threads';
import { startListening } from '../../../src/cli/inspector/listening';

const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-listening-'));
const workerFile = join(folder, 'worker.js');
const taken = createServer();
const { Worker: Thread } = workerThreads;
let threads: Worker[];
let port: number;

beforeAll(async () => {
  for (const name of ['index.html', 'page.css', 'page.js']) writeFileSync(join(folder, name), '');
  writeFileSync(workerFile, "require('node:worker_threads').parentPort.on('message', () => undefined);");
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  ({ port } = taken.address() as AddressInfo);
});

beforeEach(() => {
  threads = [];
  jest.spyOn(workerThreads, 'Worker').mockImplementation((...given) => {
    const thread = new Thread(...given);
    threads.push(thread);
    return thread;
  });
});

afterEach(() => jest.restoreAllMocks());

afterAll(() => {
  taken.close();
  rmSync(folder, { recursive: true });
});

test.each([
  ['that of the deliveries', () => ({ port })],
  ['that of the inspector', () => ({ port: 0, inspectorPort: port })],
])('where a port is taken, %s, no thread goes on', async (_which, ports) => {
  const started = startListening({ ...ports(), secret: undefined, pageFolder: folder, workerFile });
  await expect(started).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  expect(threads.map(({ threadId }) => threadId)).toEqual([-1]);
});
