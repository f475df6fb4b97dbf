import { randomUUID } from 'node:crypto';
import { Closing } from '../../foundations/closing';
import type { JournalForget, JournalRecord } from '../../foundations/contracts/journal';
import type { ReplaySummary } from '../../foundations/contracts/replay';
import { type EventDelivery, type RawDelivery, Settled } from '../../foundations/delivery';
import { describeError } from '../../foundations/describe-error';
import { isWebhookError } from '../../foundations/errors';
import type { Report } from '../../foundations/measures';
import { logSafely, tellListener } from '../../foundations/tell';
import type { ReplaySettings } from '../../options/parse-replay';
import type { PipelineParts } from '../parts';
import { readAgain } from '../read-again';
import { entriesIn } from './entries-in';
import type { Journaling } from './journaling';
import { knownEnd, planReplay } from './plan-replay';
import { type Removable, Removals } from './removals';
import type { Replayed } from './replay-kept';
import { ReplayPlace } from './replay-place';
import { ReplayTally } from './replay-tally';
import { replayUntilEnded } from './replay-until-ended';

const markEveryMs = 1000;
const mostBegun = 10_000;
/** More ends than this are waited for before the replay goes on. */
const mostEnds = 1000;

export interface ReplayParts {
  readonly parts: PipelineParts;
  readonly journaling: Journaling;
  readonly report: Report;
}

/** A replay, from its start to its end. */
export class Replay {
  readonly #settings: ReplaySettings;
  readonly #with: ReplayParts;
  readonly #closing = new Closing();
  readonly #tally: ReplayTally;
  readonly #place: ReplayPlace;
  readonly #running = new Set<Promise<void>>();
  readonly #id = randomUUID();
  readonly #removals = new Removals();
  /** The newest delivery that could be meant, however it ended. What comes after the start is handled as it comes. */
  #last: Removable | undefined;
  /** Why it ends early. */
  #interrupted: string | undefined;
  #nextStart = 0;
  #markedAt = performance.now();

  constructor(settings: ReplaySettings, parts: ReplayParts) {
    this.#settings = settings;
    this.#with = parts;
    this.#tally = new ReplayTally(settings.dryRun);
    this.#place = new ReplayPlace(settings, parts.journaling);
  }

  /** Starts nothing more. */
  stop(reason: string): void {
    this.#interrupted ??= reason;
    this.#closing.begin();
  }

  /** Starts nothing of what was removed, also if it was read before. */
  async forget(which: JournalForget): Promise<void> {
    this.#removals.add(which);
    const last = this.#last;
    if (last !== undefined && this.#removals.include(last)) this.#last = await this.#newest(last.position);
  }

  async run(): Promise<ReplaySummary> {
    const { signal, name, dryRun, force, handlers } = this.#settings;
    const { journaling, parts } = this.#with;
    const { logger } = parts;
    const abort = (): void => this.stop('It was aborted.');
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    const asked = { name, dryRun, force, handlers: handlers && [...handlers] };
    logSafely(logger, 'info', { replay: asked }, 'A replay of the journal begins');
    let isListed = false;
    try {
      isListed = await this.#startAll();
    } finally {
      // The last ones may wait for a queue, for a store or for another process.
      await Promise.all(this.#running);
      signal?.removeEventListener('abort', abort);
    }
    if (isListed && this.#tally.unfinished === 0) this.#interrupted = undefined;
    await journaling.settled();
    await this.#keepPlace();
    const summary = this.#tally.summary(this.#interrupted);
    const { found, ran, failed, skipped, failedBefore, interrupted } = summary;
    const fields = { replay: { ...asked, found, ran, failed, skipped, failedBefore, interrupted } };
    const message = interrupted === undefined ? 'The replay has ended' : 'The replay was interrupted';
    logSafely(logger, 'info', fields, message);
    return summary;
  }

  /** Resolves to whether it came to the end of the journal. It stops where the journal fails, or is silent at the end. */
  async #startAll(): Promise<boolean> {
    try {
      return (await this.#closing.patiently(this.#with.journaling.timeoutMs, this.#startEach())) ?? false;
    } catch (error) {
      if (isWebhookError(error) && error.code === 'BAD_OPTION') throw error;
      this.stop(`The journal could not be read: ${describeError(error).message}`);
      return false;
    }
  }

  /** Resolves to whether it came to the end of the journal. */
  async #startEach(): Promise<boolean> {
    const { query } = this.#settings;
    const { journaling } = this.#with;
    const { journal } = journaling;
    // Deliveries that this process has handled must not run again because their ends are not written yet.
    await journaling.settled();
    const place = await this.#place.find();
    if (place !== undefined) this.#tally.goOnFrom(place);
    const after = place?.after;
    // Not by time: another process may have a clock that is ahead.
    this.#last = await this.#newest();
    if (this.#last?.position === after) return true;
    for await (const record of entriesIn(journal, { ...query, after })) {
      if (this.#closing.hasBegun) return false;
      if (this.#last === undefined || (await this.#isBehind(record, this.#last))) return true;
      await this.#take(record);
      if (this.#closing.hasBegun) return false;
      if (record.position === this.#last?.position) return true;
    }
    return true;
  }

  /**
   * Whether it was kept after the start. An outcome changes: the last delivery may no longer have the one that is asked
   * for, and is then never met. Without outcomes it is met, unless another process has removed it.
   */
  async #isBehind({ key }: JournalRecord, last: Removable): Promise<boolean> {
    const { query } = this.#settings;
    if (query.outcomes === undefined) return false;
    const behind = { key, order: query.order, after: last.position };
    for await (const _ of entriesIn(this.#with.journaling.journal, behind)) return true;
    return false;
  }

  async #newest(after?: string): Promise<Removable | undefined> {
    const { journal } = this.#with.journaling;
    const query = { ...this.#settings.query, outcomes: undefined, order: 'newest first', after } as const;
    for await (const { position, key, tenant, receivedAt } of entriesIn(journal, query)) {
      return { position, key, tenant, receivedAt };
    }
    return undefined;
  }

  /** Starts a delivery when there is a place for it. */
  async #take(record: JournalRecord): Promise<void> {
    const { dryRun, concurrency } = this.#settings;
    // One that waits for another process must not let the list of those behind it grow.
    while (this.#tally.unfinished >= mostBegun && !this.#closing.hasBegun) await Promise.race(this.#running);
    if (this.#closing.hasBegun) return;
    const begun = this.#tally.begin(record);
    const read = this.#read(record);
    const plan = this.#planOf(read, record);
    if (typeof plan === 'string' || dryRun) {
      this.#tally.countPlan(plan);
      this.#tally.finish(begun);
      this.#tellProgress();
      return;
    }
    await this.#pace();
    if (this.#closing.hasBegun) return;
    const running = this.#finish(record, read).then((ended) => {
      this.#running.delete(running);
      if (ended === undefined) return;
      if (ended !== 'forgotten') this.#tally.count(begun, ended);
      this.#tally.finish(begun);
      this.#tellProgress();
    });
    this.#running.add(running);
    while (this.#running.size >= concurrency) await Promise.race(this.#running);
    await this.#markSometimes();
  }

  #read({ rawBody, headers, params, receivedAt, tenant, scheme }: JournalRecord): EventDelivery | Settled {
    const raw: RawDelivery = { rawBody, headers, params, receivedAt };
    return readAgain({ raw, tenant, scheme }, this.#with.parts);
  }

  /** Names of the handlers to run, or the outcome if none is. A process without handlers leaves it to its workers. */
  #planOf(read: EventDelivery | Settled, { end }: JournalRecord) {
    const { registry, queueing } = this.#with.parts;
    if (registry.isEmpty && queueing !== undefined && !(read instanceof Settled)) return [];
    const plan = planReplay(read, this.#settings, knownEnd(end), registry);
    return typeof plan === 'string' ? plan : plan.due.map(({ name }) => name);
  }

  /** Waits so that no more than `rate` start in a second. */
  async #pace(): Promise<void> {
    const { rate } = this.#settings;
    if (rate === Number.POSITIVE_INFINITY) return;
    const now = performance.now();
    const start = Math.max(this.#nextStart, now);
    this.#nextStart = start + 1000 / rate;
    if (start > now) await this.#closing.pause(start - now, { keepsAlive: true });
  }

  #finish(record: JournalRecord, read: EventDelivery | Settled): Promise<Replayed | 'forgotten' | undefined> {
    const { parts, report } = this.#with;
    const delivery = { record, read, order: this.#settings, replayId: this.#id };
    const giveUp = (reason: string): void => this.stop(reason);
    return replayUntilEnded(delivery, parts, report, { removals: this.#removals, closing: this.#closing, giveUp });
  }

  #tellProgress(): void {
    const { onProgress } = this.#settings;
    if (onProgress === undefined) return;
    tellListener('onProgress', () => onProgress(this.#tally.progress), this.#with.parts.logger);
  }

  async #markSometimes(): Promise<void> {
    const { ends } = this.#with.journaling;
    if (ends.size > mostEnds) await this.#with.journaling.settled();
    if (performance.now() - this.#markedAt < markEveryMs) return;
    this.#markedAt = performance.now();
    // The next one may succeed.
    await this.#place.keep(this.#tally.reached).catch(() => undefined);
  }

  /** At the end, the place is forgotten, or kept for the next start. */
  async #keepPlace(): Promise<void> {
    try {
      if (this.#interrupted === undefined) await this.#place.forget();
      else await this.#place.keep(this.#tally.reached);
    } catch (error) {
      const fields = { cause: describeError(error) };
      logSafely(this.#with.parts.logger, 'warn', fields, 'The journal did not keep the place of the replay');
    }
  }
}
