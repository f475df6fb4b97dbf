import { setTimeout as pass } from 'node:timers/promises';
import { isWebhookError } from 'bigmind-webhooks';
import { onStop } from './on-stop.js';
import { deadQueue, openQueue, pausesMs, queueName, retryQueue } from './queue.js';
import { redis, webhooks } from './webhooks.js';

const concurrency = 10;
const running = new Set();
let stopping = false;
let stopConsuming = async () => {};

const queue = await openQueue(async (channel) => {
  if (stopping) return;
  await channel.prefetch(concurrency);
  const { consumerTag } = await channel.consume(queueName, (message) => {
    // Without a message: somebody deleted the queue. The next channel declares it anew.
    if (message === null) return void channel.close().catch(() => {});
    const run = settle(channel, message).finally(() => running.delete(run));
    running.add(run);
  });
  stopConsuming = () => channel.cancel(consumerTag);
  // Told to stop while it began: nobody else cancels this consumer.
  if (stopping) return await stopConsuming();
  console.log('Deliveries are handled');
});

async function settle(channel, message) {
  const isSettled = await attempt(message);
  try {
    if (isSettled) channel.ack(message);
    // Our own consumer may still be there, and would get it again and again, up to the limit. The end of the connection
    // gives it to another worker.
    else if (!stopping) channel.nack(message);
  } catch {
    // The channel is gone, so RabbitMQ hands the message out again. The store knows what was done.
  }
}

/** Whether the message can go: its delivery is handled, or waits in another queue. */
async function attempt(message) {
  try {
    const { rawBody, ...job } = JSON.parse(message.content.toString());
    const bytes = rawBody === undefined ? undefined : Buffer.from(rawBody, 'base64');
    await webhooks.dispatch({ ...job, rawBody: bytes });
    return true;
  } catch (error) {
    // A deploy costs no attempt.
    if (stopping) return false;
    return await postpone(message, error).then(
      () => true,
      () => false,
    );
  }
}

async function postpone({ content, properties }, error) {
  // Another worker has the delivery, or the store is away: that is nobody's failure.
  const waits = isWebhookError(error) && ['IN_PROGRESS', 'UNAVAILABLE'].includes(error.code);
  const failed = (properties.headers?.['x-failed'] ?? 0) + (waits ? 0 : 1);
  const pauseMs = pausesMs[waits ? 0 : failed - 1];
  const to = pauseMs === undefined ? deadQueue : retryQueue(pauseMs);
  await queue.publish(to, content, { 'x-failed': failed, 'x-reason': reasonOf(error) });
}

/** With the message of the handler that failed: see to it that there is nothing secret in that. */
function reasonOf({ message, cause }) {
  return [message, cause?.message].join(' ').slice(0, 1000);
}

onStop(async () => {
  stopping = true;
  await stopConsuming().catch(() => {});
  // Waits for the handlers, then aborts their signal.
  await webhooks.close({ timeoutMs: 20_000 });
  await Promise.race([Promise.all(running), pass(1000, undefined, { ref: false })]);
  // What was not acknowledged, RabbitMQ hands to another worker.
  await queue.close();
  redis.disconnect();
});
