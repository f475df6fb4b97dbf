import type { QueueStats } from '../../foundations/contracts/queue';
import { readWholeNumber } from '../../foundations/foreign-values';
import type { Engine } from './engine';

/** Counts the jobs, in one statement. */
export async function statsOf(engine: Engine): Promise<QueueStats> {
  await engine.ready();
  const [{ waiting, running, dead, age } = {}] = await engine.run('stats', [engine.name, engine.deadName]);
  return {
    waiting: read(waiting),
    running: read(running),
    dead: read(dead),
    oldestWaitingMs: age === null ? undefined : Math.max(0, read(age)),
  };
}

function read(count: unknown): number {
  return readWholeNumber(count, 'pgBossQueue.boss: stats');
}
