import type { QueueStats } from './queue';

/** How a store, a queue or a journal answered. */
export interface ServiceHealth {
  /** Whether it answered in time, and as it should. */
  readonly ok: boolean;
  /** How long it took, in milliseconds; when not `ok`, how long it was waited for. */
  readonly latencyMs: number;
  /** Why it is not `ok`. Holds no address with a password. */
  readonly error?: string | undefined;
  /** The newest error that `health()` has met, and when. It stays when the service is well again. */
  readonly lastError?: { readonly message: string; readonly at: Date } | undefined;
}

/** How a queue answered, and what it holds; without counts if they are unknown, or did not come in time. */
export interface QueueHealth extends ServiceHealth, Partial<QueueStats> {}

/** What a receiver holds now, in this process. */
export interface InFlight {
  /** Deliveries that are not answered yet. */
  readonly deliveries: number;
  /** Deliveries whose handlers run, answered or not, from requests and from the queue. */
  readonly running: number;
  /** Bytes of bodies, of uploads and of deliveries that are not answered yet. */
  readonly bytes: number;
}

/** What `health()` resolves to. */
export interface Health {
  /** `degraded`: the store, the queue or the journal is not ok. `closing`: after `close()`. */
  readonly status: 'ok' | 'degraded' | 'closing';
  /** `undefined` without de-duplication, and for a store without `ping`. */
  readonly store: ServiceHealth | undefined;
  /** `undefined` without a queue, and for one without `ping` and `stats`. */
  readonly queue: QueueHealth | undefined;
  /** `undefined` without a journal, and for one without `ping`. */
  readonly journal: ServiceHealth | undefined;
  readonly inFlight: InFlight;
}
