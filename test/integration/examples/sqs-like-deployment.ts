import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect, type GetMessage } from 'amqplib';
import type { Redis } from 'ioredis';
import { examplePayload, type SignedDelivery, signDelivery } from '../../../src/testing/index';
import { freePort } from '../kit/free-port';
import { pause, post, secret } from '../kit/sender';
import { freshNamespace, redisUrl } from '../services';

export const amqpUrl = process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672';
const pausesMs = [100, 200];

/** One deployment of the example, which nobody else sees. */
export interface Deployment {
  readonly namespace: string;
  /** Of all its processes. */
  readonly environment: NodeJS.ProcessEnv;
  startWeb(url?: string): Promise<{ readonly port: number; readonly process: ChildProcess }>;
  startWorker(): ChildProcess;
  /** Lets the slow handler go on. */
  go(): Promise<unknown>;
  effects(): Promise<string[]>;
  /** Of those that begin with a word, what follows it. */
  effectsOf(word: string): Promise<string[]>;
  /** How many messages wait, in the queue and for another attempt. */
  waiting(): Promise<number>;
  takeDead(): Promise<GetMessage | undefined>;
  until(what: string, holds: () => Promise<boolean>): Promise<void>;
  remove(): Promise<void>;
}

/** `folder` is a copy of the example, in which `told.js` is the worker. */
export async function deploy(folder: string, redis: Redis): Promise<Deployment> {
  const namespace = freshNamespace();
  const list = `${namespace}:effects`;
  const goKey = `${namespace}:go`;
  const connection = await connect(amqpUrl).catch((cause: unknown) => {
    throw new Error(`No RabbitMQ answers at ${amqpUrl}: start one, or set AMQP_URL.`, { cause });
  });
  const channel = await connection.createChannel();
  const names = [namespace, ...pausesMs.map((ms) => `${namespace}.retry.${ms}`)];
  const started: ChildProcess[] = [];
  let output = '';

  function start(file: string, added: NodeJS.ProcessEnv): ChildProcess {
    const { PATH } = process.env;
    const env = { PATH, ...deployment.environment, ...added };
    const child = fork(join(folder, file), { execArgv: [], env, silent: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    started.push(child);
    return child;
  }

  const deployment: Deployment = {
    namespace,
    environment: {
      QUEUE: namespace,
      PAUSES_MS: pausesMs.join(),
      AMQP_URL: amqpUrl,
      REDIS_URL: redisUrl,
      BIGMIND_WEBHOOK_SECRET: secret,
      EFFECTS: list,
      GO: goKey,
    },
    async startWeb(url = amqpUrl) {
      const port = await freePort();
      const child = start('web.js', { PORT: String(port), AMQP_URL: url });
      // 401: it listens. Not yet whether it has a connection to RabbitMQ.
      const forged = signDelivery({ payload: examplePayload('todo_created'), secret: 'another' });
      await deployment.until('the web process to listen', async () => (await post(port, forged)).status === 401);
      return { port, process: child };
    },
    startWorker: () => start('told.js', {}),
    go: () => redis.set(goKey, '1'),
    effects: () => redis.lrange(list, 0, -1),
    async effectsOf(word) {
      const effects = await deployment.effects();
      return effects.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length + 1));
    },
    async waiting() {
      const counts = await Promise.all(names.map((name) => channel.checkQueue(name)));
      return counts.reduce((sum, { messageCount }) => sum + messageCount, 0);
    },
    takeDead: async () => (await channel.get(`${namespace}.dead`, { noAck: true })) || undefined,
    async until(what, holds) {
      for (const limit = Date.now() + 40_000; !(await holds()); await pause(20)) {
        if (Date.now() > limit) throw new Error(`waited in vain for ${what}\n${output}`);
      }
    },
    async remove() {
      for (const child of started) await end(child, 'SIGKILL');
      for (const name of [...names, `${namespace}.dead`]) await channel.deleteQueue(name);
      await connection.close();
    },
  };
  return deployment;
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
  return child.exitCode;
}

/** Sends until the answer is no 503, as a sender does: RabbitMQ may have to be connected to first. */
export async function accepted(here: Deployment, port: number, delivery: SignedDelivery): Promise<number | undefined> {
  let status: number | undefined;
  await here.until('an answer that is no 503', async () => {
    ({ status } = await post(port, delivery));
    return status !== 503;
  });
  return status;
}
