import { SilenceError, withinMs } from '../../foundations/timeouts';
import { type BullmqClient, isUp } from './connection';

const pingEveryMs = 2000;
const silentMs = 2000;

/**
 * Asks a worker's connection for a sign of life, since a firewall may drop it without a word: the worker would wait for
 * ever, and its jobs with it. If none comes, both connections are made anew. Returns a function that ends it.
 */
export function watchConnections(
  client: BullmqClient,
  blocking: BullmqClient,
  onSilence: (error: Error) => void,
): () => void {
  let timer = setTimeout(watch, pingEveryMs).unref();
  let hasEnded = false;

  function watch(): void {
    void check().finally(() => {
      if (!hasEnded) timer = setTimeout(watch, pingEveryMs).unref();
    });
  }
  async function check(): Promise<void> {
    if (!isUp(client)) return;
    try {
      await withinMs(client.ping(), silentMs, 'The worker’s connection to Redis');
    } catch (error) {
      // Another error is an answer, or the end of the connection, of which the client knows.
      if (!(error instanceof SilenceError) || hasEnded) return;
      onSilence(error);
      for (const each of [client, blocking]) if (isUp(each)) each.disconnect(true);
    }
  }
  return () => {
    hasEnded = true;
    clearTimeout(timer);
  };
}
