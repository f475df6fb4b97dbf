/** pg-boss' access to the database. */
export interface PgBossDb {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** A job, as pg-boss gives it to a worker. */
export interface PgBossJob {
  readonly id: string;
  readonly data: unknown;
  /** These four come with `includeMetadata`. Numbers, or text. */
  readonly retryCount?: unknown;
  readonly retryLimit?: unknown;
  readonly retryDelay?: unknown;
  /** JSON. */
  readonly output?: unknown;
}

/** Options of a queue. Each version of pg-boss ignores those of other versions. */
export interface PgBossQueueSettings {
  name: string;
  deadLetter?: string;
  retryLimit?: number;
  retentionSeconds?: number;
  deleteAfterSeconds?: number;
}

/** The part of an instance of pg-boss, 10 to 12, that is used. */
export interface PgBossClient {
  createQueue(name: string, options: PgBossQueueSettings): Promise<unknown>;
  /** Resolves to `null` if nothing was inserted. */
  send(name: string, data: object, options: object): Promise<string | null>;
  /** Takes the jobs and options in pg-boss 10, the name, the jobs and options in later ones. */
  insert(...given: unknown[]): Promise<unknown>;
  fetch(name: string, options: object): Promise<readonly PgBossJob[]>;
  complete(name: string, id: string | string[], output: object | undefined, options: object): Promise<unknown>;
  fail(name: string, id: string, output: object, options: object): Promise<unknown>;
  deleteJob(name: string, id: string, options: object): Promise<unknown>;
  getDb(): PgBossDb;
  on(event: 'error', listener: (error: Error) => void): unknown;
  listenerCount(event: 'error'): number;
}
