import { randomBytes } from 'node:crypto';
import type { CapturedRequest } from '../captured/captured-request';
import { attemptMarks } from './attempt-marks';
import type { AppAnswer, DeliverySummary, Step } from './wire';

/** A delivery in the log. */
export interface LoggedDelivery {
  readonly summary: DeliverySummary;
  readonly request: CapturedRequest;
  /** Why it was refused, in words. */
  readonly reason: string | undefined;
  readonly key: string | undefined;
  readonly app: AppAnswer | undefined;
  /** When it passed each step, if that was measured. */
  readonly steps?: readonly Step[] | undefined;
  readonly replays: AppAnswer[];
}

/** A delivery before it has an id. */
export interface UnloggedDelivery extends Omit<LoggedDelivery, 'summary' | 'replays'> {
  readonly summary: Omit<DeliverySummary, 'id' | 'attempt' | 'bytes'>;
}

export interface LogBounds {
  /** @default 10_000 */
  readonly mostDeliveries?: number | undefined;
  /** The most bytes of all bodies, headers and answers of apps together. @default 268_435_456 (256 MiB) */
  readonly mostBytes?: number | undefined;
  /** How many came before, in an earlier run. Ids go on from there. @default 0 */
  readonly before?: number | undefined;
  /** Names the count of ids. @default a random name */
  readonly run?: string | undefined;
}

/** How many replays of a delivery are held. */
const mostReplays = 20;

/** How many attempts of a delivery are listed. */
const mostAttempts = 100;

/** The latest deliveries, bounded in number and in bytes. The oldest are dropped first. */
export class DeliveryLog {
  readonly mostDeliveries: number;
  /** Names the count of ids: two logs with the same one give the same delivery the same id. */
  readonly run: string;
  readonly #mostBytes: number;
  readonly #deliveries = new Map<number, LoggedDelivery>();
  /** By what attempts of the same delivery have in common. */
  readonly #attempts = new Map<string, { count: number; readonly held: Set<number> }>();
  readonly #listeners = new Set<(logged: LoggedDelivery) => void>();
  #bytes = 0;
  #latest: number;

  constructor({ mostDeliveries = 10_000, mostBytes = 256 * 1024 * 1024, before = 0, run = newRun() }: LogBounds = {}) {
    this.mostDeliveries = mostDeliveries;
    this.run = run;
    this.#latest = before;
    this.#mostBytes = mostBytes;
  }

  /** Id of the oldest delivery that is held; if none is, of the next one. */
  get oldest(): number {
    return this.#latest - this.#deliveries.size + 1;
  }

  /** Id of the latest delivery. */
  get latest(): number {
    return this.#latest;
  }

  add(delivery: UnloggedDelivery): LoggedDelivery {
    this.#latest += 1;
    const id = this.#latest;
    const bytes = delivery.request.body.length;
    const attempt = this.#countAttempt(id, delivery);
    const logged = { ...delivery, replays: [], summary: { id, ...delivery.summary, bytes, attempt } };
    this.#deliveries.set(id, logged);
    this.#bytes += sizeOf(logged);
    this.#keepBounds();
    for (const listener of this.#listeners) listener(logged);
    return logged;
  }

  get(id: number): LoggedDelivery | undefined {
    return this.#deliveries.get(id);
  }

  /** The held deliveries that came after `id`, the oldest first. */
  *after(id: number): Generator<LoggedDelivery> {
    for (let next = Math.max(id + 1, this.oldest); next <= this.#latest; next += 1) {
      const logged = this.#deliveries.get(next);
      if (logged !== undefined) yield logged;
    }
  }

  /** The latest held attempts of the same delivery, the oldest first. */
  attemptsOf({ request, key }: LoggedDelivery): readonly DeliverySummary[] {
    const marks = attemptMarks(request, key);
    const held = marks.flatMap((mark) => [...(this.#attempts.get(mark)?.held ?? [])].slice(-mostAttempts));
    const ids = [...new Set(held)].sort((one, other) => one - other);
    return ids.slice(-mostAttempts).flatMap((id) => this.#deliveries.get(id)?.summary ?? []);
  }

  addReplay(logged: LoggedDelivery, answer: AppAnswer): void {
    const isHeld = this.#deliveries.get(logged.summary.id) === logged;
    if (isHeld) this.#bytes -= sizeOf(logged);
    if (logged.replays.length === mostReplays) logged.replays.shift();
    logged.replays.push(answer);
    if (isHeld) this.#bytes += sizeOf(logged);
    this.#keepBounds();
  }

  /** Calls the listener for each new delivery, until the returned function is called. */
  subscribe(listener: (logged: LoggedDelivery) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #keepBounds(): void {
    while (this.#deliveries.size > this.mostDeliveries || this.#bytes > this.#mostBytes) this.#dropOldest();
  }

  #countAttempt(id: number, { request, key }: UnloggedDelivery): number {
    const counts = attemptMarks(request, key).map((mark) => {
      const attempts = this.#attempts.get(mark) ?? { count: 0, held: new Set<number>() };
      this.#attempts.set(mark, attempts);
      attempts.count += 1;
      attempts.held.add(id);
      return attempts.count;
    });
    return Math.max(...counts);
  }

  #dropOldest(): void {
    const id = this.oldest;
    const dropped = this.#deliveries.get(id);
    if (dropped === undefined) return;
    this.#deliveries.delete(id);
    this.#bytes -= sizeOf(dropped);
    for (const mark of attemptMarks(dropped.request, dropped.key)) {
      const attempts = this.#attempts.get(mark);
      attempts?.held.delete(id);
      if (attempts?.held.size === 0) this.#attempts.delete(mark);
    }
  }
}

/** Roughly the memory of a delivery, in bytes. */
function sizeOf({ request, app, replays }: Pick<LoggedDelivery, 'request' | 'app' | 'replays'>): number {
  const { body, headers, url } = request;
  const spelt = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, url.length);
  const answers = [app, ...replays].reduce((sum, answer) => sum + lengthOf(answer), 0);
  return body.length + spelt + answers;
}

/** A text is held with two bytes a character, if one of its characters needs them. */
function lengthOf(answer: AppAnswer | undefined): number {
  return 2 * ((answer?.text?.length ?? 0) + (answer?.contentType?.length ?? 0));
}

function newRun(): string {
  return randomBytes(9).toString('base64url');
}
