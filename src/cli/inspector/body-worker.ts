// Runs in a thread of its own, which `body-thread.ts` starts.
import { parentPort, workerData } from 'node:worker_threads';
import type { CapturedRequest } from '../captured/captured-request';
import type { Answered, Asked, WorkerData } from './body-thread';
import { createBodyWork, prepareExplanations } from './body-work';

const { secret } = workerData as WorkerData;
const work = createBodyWork(secret);

parentPort?.on('message', (asked: Asked) => {
  done(asked).then(
    (result) => answer({ id: asked.id, result }),
    () => answer({ id: asked.id }),
  );
});
prepareExplanations();

async function done({ task, args }: Asked): Promise<unknown> {
  const run = work[task] as (...given: readonly unknown[]) => Promise<unknown>;
  return await run(...args.map(withBuffer));
}

/** Between threads a buffer becomes plain bytes. */
function withBuffer(arg: unknown): unknown {
  if (typeof arg !== 'object' || arg === null) return arg;
  const request = arg as CapturedRequest;
  const { buffer, byteOffset, byteLength } = request.body;
  return { ...request, body: Buffer.from(buffer, byteOffset, byteLength) };
}

function answer(answered: Answered): void {
  parentPort?.postMessage(answered);
}
