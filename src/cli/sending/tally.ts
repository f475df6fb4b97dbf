import { isAccepted } from '../is-accepted';
import type { Answer } from './read-answer';

/** Latencies in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The answers to many deliveries, counted. */
export interface Summary {
  readonly sent: number;
  /** Answered 2xx. */
  readonly accepted: number;
  /** The number of answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  /** The number of missing answers by reason. */
  readonly errors: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Requests a second. */
  readonly rate: number;
  /** Of answered requests; absent if there was none. */
  readonly latencyMs?: Latency;
}

/** How many different outcomes or errors are counted. Answers come from outside, so the number is bounded. */
const mostKinds = 50;

/** Counts answers. */
export class Tally {
  readonly #latencies: number[] = [];
  readonly #statuses = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();
  readonly #errors = new Map<string, number>();
  #sent = 0;
  #accepted = 0;

  add({ status, outcome, error, ms }: Answer): void {
    this.#sent += 1;
    if (status !== undefined) {
      this.#latencies.push(ms);
      count(this.#statuses, String(status));
      if (isAccepted(status)) this.#accepted += 1;
    }
    if (outcome !== undefined) count(this.#outcomes, outcome);
    if (error !== undefined) count(this.#errors, error);
  }

  get sent(): number {
    return this.#sent;
  }

  /** How many requests were answered, with any status. */
  get answered(): number {
    return this.#latencies.length;
  }

  get refused(): number {
    return this.#sent - this.#accepted;
  }

  sumUp(seconds: number): Summary {
    const latencyMs = percentiles(this.#latencies);
    return {
      sent: this.#sent,
      accepted: this.#accepted,
      statuses: Object.fromEntries(this.#statuses),
      outcomes: Object.fromEntries(this.#outcomes),
      errors: Object.fromEntries(this.#errors),
      seconds: rounded(seconds, 3),
      rate: rounded(this.#sent / Math.max(seconds, 0.001), 1),
      ...(latencyMs && { latencyMs }),
    };
  }
}

function count(counts: Map<string, number>, kind: string): void {
  const known = counts.has(kind) || counts.size < mostKinds ? kind : 'other';
  counts.set(known, (counts.get(known) ?? 0) + 1);
}

/** Percentiles by nearest rank: each is the latency of a real request. */
function percentiles(latencies: readonly number[]): Latency | undefined {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => rounded(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0, 2);
  return sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
