import { type AskedOnce, askedOnce } from '../foundations/asked-once';
import type { Health, InFlight, QueueHealth, ServiceHealth } from '../foundations/contracts/health';
import type { Journal } from '../foundations/contracts/journal';
import type { DeliveryQueue, QueueStats } from '../foundations/contracts/queue';
import type { DeliveryStore } from '../foundations/contracts/store';
import { codeOf, describeError } from '../foundations/describe-error';
import { withinMs } from '../foundations/timeouts';

/** How a service is asked. */
interface Questions {
  /** Rejects if the service takes no deliveries. */
  readonly ping: () => Promise<Partial<QueueStats> | undefined>;
  readonly count?: (() => Promise<QueueStats>) | undefined;
}

/** A count that takes longer than this is given up, in milliseconds: its connection may be dead. */
const longestCountMs = 60_000;

export interface HealthSources {
  readonly store: DeliveryStore | undefined;
  readonly queue: DeliveryQueue | undefined;
  readonly journal: Journal | undefined;
  /** How long each may take to answer, in milliseconds. */
  readonly answerTimeoutMs: number;
  readonly inFlight: () => InFlight;
  readonly isClosing: () => boolean;
}

/** Makes `health()`: it asks the store, the queue and the journal at once, with a bound, and never rejects. */
export function healthOf(sources: HealthSources): () => Promise<Health> {
  const { store, queue, journal, answerTimeoutMs, inFlight, isClosing } = sources;
  const askStore = asker(pingOf(store), 'The delivery store', answerTimeoutMs);
  const askQueue = asker(questionsFor(queue), 'The queue', answerTimeoutMs);
  const askJournal = asker(pingOf(journal), 'The journal', answerTimeoutMs);
  return async function health() {
    const answers = await Promise.all([askStore(), askQueue(), askJournal()]);
    const [storeAnswer, queueAnswer, journalAnswer] = answers;
    const isWell = answers.every((answer) => answer?.ok !== false);
    return {
      status: isClosing() ? 'closing' : isWell ? 'ok' : 'degraded',
      store: storeAnswer,
      queue: queueAnswer,
      journal: journalAnswer,
      inFlight: inFlight(),
    };
  };
}

function pingOf(service: Pick<DeliveryStore, 'ping'> | undefined): Questions | undefined {
  if (service?.ping === undefined) return undefined;
  return {
    async ping() {
      await service.ping?.();
      return undefined;
    },
  };
}

/** A queue without `ping` is asked for its counts in place of it. */
function questionsFor(queue: DeliveryQueue | undefined): Questions | undefined {
  const count = queue?.stats === undefined ? undefined : oneAtATime(async () => queue.stats?.() as Promise<QueueStats>);
  const questions = pingOf(queue);
  if (questions !== undefined) return { ...questions, count };
  return count && { ping: count };
}

/** Counts that last longer than the pauses between two probes would use up the connections that a ping needs. */
function oneAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  const asked: AskedOnce<T> = askedOnce(
    async () => {
      try {
        return await ask();
      } finally {
        asked.forget();
      }
    },
    longestCountMs,
    "The queue's count",
  );
  return asked;
}

/**
 * Asks one service, and remembers its last error. A long queue may take long to count, and takes deliveries all the
 * same: a count that is late or fails is left out.
 */
function asker(
  questions: Questions | undefined,
  who: string,
  answerTimeoutMs: number,
): () => Promise<QueueHealth | undefined> {
  let lastError: ServiceHealth['lastError'];

  function note(error: unknown): string {
    const message = say(error);
    lastError = { message, at: new Date() };
    return message;
  }

  return async () => {
    if (questions === undefined) return undefined;
    const { ping, count } = questions;
    const asked = performance.now();
    // At the same time as the ping, whose failure is the one that is told.
    const counting = Promise.allSettled([count && withinMs(count(), answerTimeoutMs, `${who}'s count`)]);
    try {
      const answer = await withinMs(ping(), answerTimeoutMs, who);
      const latencyMs = performance.now() - asked;
      const [counted] = await counting;
      if (counted.status === 'rejected') note(counted.reason);
      const counts = counted.status === 'fulfilled' ? counted.value : undefined;
      return { ok: true, latencyMs, lastError, ...answer, ...counts };
    } catch (error) {
      const message = note(error);
      return { ok: false, latencyMs: performance.now() - asked, error: message, lastError };
    }
  };
}

const mostCharacters = 200;

/**
 * The first line of an error, or else what kind of error it is. Some clients repeat the address that they were given, with
 * its password.
 */
function say(error: unknown): string {
  const { message, type } = describeError(error);
  const [line] = message.split('\n', 1);
  const text = line || (codeOf(error) ?? type);
  return text.replace(/\/\/\S*@/g, '//').slice(0, mostCharacters);
}
