import { callTogether } from '../../foundations/call-together';
import type { DeadJob, DeadJobs } from '../../foundations/contracts/queue';
import { type Row, readJson, readText } from '../../foundations/foreign-values';
import { isRecord } from '../../foundations/is-record';
import type { Engine } from './engine';
import { isUuid, jobIdOf, keyIn } from './job-id';

/** The columns that are read, as in the JSON of a row. Only pg-boss 12 has the `source_` columns, with the failure. */
interface DeadRow {
  readonly id: string;
  readonly data: unknown;
  readonly created_on: string;
  readonly retry_limit: number;
  readonly output?: unknown;
  readonly source_output?: unknown;
  readonly source_retry_count?: number | null;
}

/** The jobs that pg-boss moved to the dead-letter queue. */
export function deadJobsOf(engine: Engine): DeadJobs {
  const { name, deadName } = engine;

  async function find(id: string): Promise<DeadRow | undefined> {
    if (!isUuid(id)) return undefined;
    await engine.ready();
    const [row] = await engine.run('getDead', [deadName, id]);
    return row && readDead(row);
  }

  /** Removes the failed jobs that dead jobs were copied from: they still occupy the ids. */
  async function clear(jobIds: readonly string[]): Promise<void> {
    await engine.run('clear', [name, jobIds]);
  }

  /** Resolves to how many there were. */
  async function remove(ids: readonly string[]): Promise<number> {
    return (await engine.run('deleteDead', [deadName, ids])).length;
  }

  /** In the order here, a crash loses no job: it is dead, waiting or both. */
  async function redriveOne(id: string): Promise<number> {
    const row = await find(id);
    if (row === undefined) return 0;
    const jobId = jobIdIn(row.id, keyIn(row.data));
    await clear([jobId]);
    await engine.hold(jobId, row.data as object);
    return await remove([id]);
  }

  /** The failed jobs are still there, unless pg-boss has thrown them away. */
  async function redrivePage(page: readonly Row[]): Promise<number> {
    const dead = page.map(readIds);
    const revived = await engine.revive(dead.map(({ jobId }) => jobId));
    let count = await remove(dead.filter(({ jobId }) => revived.has(jobId)).map(({ id }) => id));
    for (const { id, jobId } of dead) if (!revived.has(jobId)) count += await redriveOne(id);
    return count;
  }

  async function redriveAll(): Promise<number> {
    await engine.ready();
    const [row] = await engine.run('now', []);
    const now = readText(row?.['now'], 'pgBossQueue.boss: now');
    let count = 0;
    for (;;) {
      // Jobs that fail again meanwhile are not redriven twice.
      const page = await engine.run('oldestDead', [deadName, now]);
      if (page.length === 0) return count;
      count += await redrivePage(page);
    }
  }

  const discard = callTogether<string, boolean>({
    keyOf: (id) => id,
    async call(ids) {
      await engine.ready();
      const gone = (await engine.run('deleteDead', [deadName, ids])).map(readIds);
      if (gone.length > 0) await clear(gone.map(({ jobId }) => jobId));
      return ids.map((id) => gone.some((each) => each.id === id));
    },
  });

  return {
    async list({ limit, offset }) {
      if (limit < 1) return [];
      await engine.ready();
      const rows = await engine.run('listDead', [deadName, limit, offset]);
      return rows.map((row) => describe(readDead(row)));
    },
    async get(id) {
      const row = await find(id);
      return row && describe(row);
    },
    async redrive(id) {
      if (id === 'all') return redriveAll();
      return await redriveOne(id);
    },
    async discard(id) {
      return isUuid(id) && (await discard(id.toLowerCase()));
    },
  };
}

function readDead({ job }: Row): DeadRow {
  const row = readJson(job);
  if (isRecord(row)) return row as unknown as DeadRow;
  throw new TypeError('pgBossQueue.boss: expected the JSON of a job.');
}

/** The ids of a dead job and of the job before it was dead. */
function readIds({ id, key }: Row): { readonly id: string; readonly jobId: string } {
  const itsId = readText(id, 'pgBossQueue.boss: id');
  return { id: itsId, jobId: jobIdIn(itsId, keyIn({ key })) };
}

/** The job's id before it was dead. A job without a key keeps its own id. */
function jobIdIn(id: string, key: string | undefined): string {
  return key === undefined ? id : jobIdOf(key);
}

function describe(row: DeadRow): DeadJob {
  return {
    id: row.id,
    job: row.data,
    reason: reasonIn(row.source_output ?? row.output),
    attempts: (row.source_retry_count ?? row.retry_limit) + 1,
    failedAt: new Date(row.created_on),
  };
}

/** Our reason, or that of pg-boss if the last attempt took too long or its worker was lost. */
function reasonIn(output: unknown): string {
  const { reason, value } = (output ?? {}) as { readonly reason?: unknown; readonly value?: unknown };
  if (typeof reason === 'string') return reason;
  const message: unknown = (value as { readonly message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : '';
}
