import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';

/** Name of the queue, and of the store's namespace: whoever shares the one has to share the other. */
export const queueName = process.env.QUEUE ?? 'bigmind';
export const deadQueue = `${queueName}.dead`;
/** How long a delivery waits for its second attempt, for its third and so on. When they are used up, it is dead. */
export const pausesMs = (process.env.PAUSES_MS ?? '5000,60000,600000,3600000').split(',').map(Number);
/** A queue for each pause: RabbitMQ looks at the time of the first message alone. */
export const retryQueue = (pauseMs) => `${queueName}.retry.${pauseMs}`;

const url = process.env.AMQP_URL ?? 'amqp://guest:guest@127.0.0.1:5672';
/** As long as the receiver itself would wait for a queue. */
const confirmMs = 2000;

/** Connects, now and whenever the connection is lost. `use` is called with each new channel. */
export async function openQueue(use) {
  let channel;
  const returned = new Set();

  async function setup(model) {
    const opened = await model.createConfirmChannel();
    opened.on('error', say);
    // A channel may be closed alone. It comes back with its connection.
    opened.on('close', () => {
      channel = undefined;
      model.close().catch(() => undefined);
    });
    opened.on('return', ({ properties }) => returned.add(properties.messageId));
    await declareQueues(opened);
    channel = opened;
    await use?.(opened);
  }

  const connection = await connect(url, { recovery: { setup, waitForConnect: false, maxDelay: 2000 } });
  for (const event of ['error', 'connect-failed', 'disconnect']) connection.on(event, say);

  return {
    /** Resolves once RabbitMQ holds the message durably. Rejects when that is not known in time. */
    async publish(to, content, headers = {}) {
      const open = channel;
      if (open === undefined) throw new Error('There is no connection to RabbitMQ.');
      const messageId = randomUUID();
      let timer;
      try {
        await new Promise((resolve, reject) => {
          timer = setTimeout(() => reject(new Error('RabbitMQ did not confirm a message in time.')), confirmMs);
          // `mandatory`: else RabbitMQ confirms what it throws away, where there is no such queue any more.
          const options = { persistent: true, mandatory: true, messageId, headers };
          open.sendToQueue(to, content, options, (error) => (error ? reject(error) : resolve()));
        });
      } finally {
        clearTimeout(timer);
      }
      if (returned.delete(messageId)) throw new Error(`RabbitMQ has no queue ${to}.`);
    },
    close: () => connection.close(),
  };
}

/** Quorum queues: on disk before they are confirmed, and on several nodes where there are. */
async function declareQueues(channel) {
  const declare = (name, settings) =>
    channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum', ...settings } });
  // Moved to another queue, a message is confirmed there before it is removed here.
  const movedTo = (name) => ({
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': name,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  });
  await declare(deadQueue, {});
  // The limit is for deliveries that end the worker: nobody is left to count those.
  await declare(queueName, { 'x-delivery-limit': 20, ...movedTo(deadQueue) });
  for (const pauseMs of pausesMs) {
    await declare(retryQueue(pauseMs), { 'x-message-ttl': pauseMs, ...movedTo(queueName) });
  }
}

function say(error) {
  console.error('RabbitMQ:', error.message || error.code);
}
