import type { Health, InFlight, QueueHealth, ServiceHealth } from '../foundations/contracts/health';
import type { Journal } from '../foundations/contracts/journal';
import type { DeliveryQueue, QueueStats } from '../foundations/contracts/queue';
import type { DeliveryStore } from '../foundations/contracts/store';
import { codeOf, describeError } from '../foundations/describe-error';
import { withinMs } from '../foundations/timeouts';

/** Asks a service. What it resolves to is a part of its health. */
type Ask = () => Promise<Partial<QueueStats> | undefined>;

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
  const askQueue = asker(askQueueOf(queue), 'The queue', answerTimeoutMs);
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

function pingOf(service: Pick<DeliveryStore, 'ping'> | undefined): Ask | undefined {
  if (service?.ping === undefined) return undefined;
  return async () => {
    await service.ping?.();
    return undefined;
  };
}

/** Asks the queue at once whether it takes deliveries, and what it holds. */
function askQueueOf(queue: DeliveryQueue | undefined): Ask | undefined {
  if (queue?.ping === undefined && queue?.stats === undefined) return undefined;
  return async () => {
    const [stats] = await Promise.all([queue.stats?.(), queue.ping?.()]);
    return stats;
  };
}

/** Asks one service, and remembers its last error. */
function asker(ask: Ask | undefined, who: string, answerTimeoutMs: number): () => Promise<QueueHealth | undefined> {
  let lastError: ServiceHealth['lastError'];
  return async () => {
    if (ask === undefined) return undefined;
    const asked = performance.now();
    try {
      const answer = await withinMs(ask(), answerTimeoutMs, who);
      return { ok: true, latencyMs: performance.now() - asked, lastError, ...answer };
    } catch (error) {
      const message = say(error);
      lastError = { message, at: new Date() };
      return { ok: false, latencyMs: performance.now() - asked, error: message, lastError };
    }
  };
}

const mostCharacters = 200;

/** The first line of an error. Some clients repeat the address that they were given, with its password. */
function say(error: unknown): string {
  const { message } = describeError(error);
  const [line = ''] = message.split('\n', 1);
  const text = line === '' ? (codeOf(error) ?? '') : line;
  return text.replace(/\/\/\S*@/g, '//').slice(0, mostCharacters);
}
