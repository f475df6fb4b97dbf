import { SilenceError, withinMs } from '../../foundations/timeouts';
import { type BullmqClient, isUp } from './connection';
import { oneOf } from './end-client';

const pingEveryMs = 2000;
const silentMs = 2000;
/** How long a new connection may take to be ready, in milliseconds. That takes more than one answer. */
const startMs = 3000;

/** The user's client, and the worker's copies of it. */
export interface Watched {
  readonly source: BullmqClient;
  readonly client: BullmqClient;
  readonly blocking: BullmqClient;
}

/**
 * Asks a worker's connection for a sign of life, since a firewall may drop it without a word: the worker would wait for
 * ever, and its jobs with it. If none comes, both copies are made anew. A new connection may be as dead: one that is not
 * ready soon is made anew, too. Returns a function that ends it.
 */
export function watchConnections({ source, client, blocking }: Watched, onSilence: (error: Error) => void): () => void {
  let timer = setTimeout(watch, pingEveryMs).unref();
  let hasEnded = false;
  let isSourceAsked = false;

  for (const each of [client, blocking]) {
    each.on('connect', () => {
      void renewUnless(oneOf(each, ['ready', 'close']), startMs, "The worker's new connection to Redis", [each]);
    });
  }

  function watch(): void {
    askSource();
    void check().finally(() => {
      if (!hasEnded) timer = setTimeout(watch, pingEveryMs).unref();
    });
  }
  /**
   * The user's client looks after itself, but only while it owes an answer. The store may use it, which nobody asks
   * before the first delivery that comes again.
   */
  function askSource(): void {
    if (isSourceAsked || !isUp(source)) return;
    isSourceAsked = true;
    const answered = (): void => {
      isSourceAsked = false;
    };
    source.ping().then(answered, answered);
  }
  async function check(): Promise<void> {
    if (!isUp(client)) return;
    await renewUnless(client.ping(), silentMs, "The worker's connection to Redis", [client, blocking]);
  }
  async function renewUnless(
    answer: Promise<unknown>,
    ms: number,
    who: string,
    silent: readonly BullmqClient[],
  ): Promise<void> {
    try {
      await withinMs(answer, ms, who);
    } catch (error) {
      // Another error is an answer, or the end of the connection, of which the client knows.
      if (!(error instanceof SilenceError) || hasEnded) return;
      onSilence(error);
      for (const each of silent) if (isConnected(each)) each.disconnect(true);
    }
  }
  return () => {
    hasEnded = true;
    clearTimeout(timer);
  };
}

/** Without a connection, a client is left alone: one that is disconnected while it looks for its server ends. */
function isConnected({ status }: BullmqClient): boolean {
  return status === 'ready' || status === 'connect';
}
