import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as bullmq from 'bullmq';
import { type BigmindWebhooksOptions, bigmindWebhooks } from '../../src/index';
import { fileJournal } from '../../src/journals/file/index';
import { bullmqQueue } from '../../src/queues/bullmq/index';
import { pgBossQueue } from '../../src/queues/pg-boss/index';
import { cleanUp, newFolder } from '../journals/file/kit';
import { makePlace } from './journals/postgres-kit';
import { secret, signedNote } from './kit/sender';
import { recordingLogger, redisStage, until } from './queues/bullmq-kit';
import { postgresStage } from './queues/pg-boss-kit';
import { freshNamespace } from './services';

/** An adapter, and how to bring about a line about it in a log. */
interface Shared {
  readonly options: Pick<BigmindWebhooksOptions, 'queue' | 'journal'>;
  trouble(webhooks: ReturnType<typeof bigmindWebhooks>, code: string): unknown;
  readonly line: RegExp;
  remove(): Promise<void>;
}

async function sharedBullmq(): Promise<Shared> {
  const { client, remove } = await redisStage();
  return {
    options: { queue: bullmqQueue({ connection: client, namespace: freshNamespace(), bullmq }) },
    trouble: (_, code) => client.emit('error', { code }),
    line: /Redis reported an error/,
    remove,
  };
}

async function sharedPgBoss(): Promise<Shared> {
  const { boss, schema, remove } = await postgresStage();
  return {
    options: { queue: pgBossQueue({ boss, schema, namespace: freshNamespace() }) },
    trouble: (_, code) => boss.emit('error', Object.assign(new Error('The maintenance failed'), { code })),
    line: /PostgreSQL reported an error/,
    remove,
  };
}

/** It looks at the lines that are there when it is opened. */
async function sharedFile(): Promise<Shared> {
  const directory = newFolder();
  mkdirSync(directory, { mode: 0o700 });
  const today = new Date().toISOString().slice(0, 10);
  writeFileSync(join(directory, `${today}.${'1'.padStart(16, '0')}.ndjson`), 'no JSON\n', { mode: 0o600 });
  return {
    options: { journal: fileJournal({ directory }) },
    trouble: () => undefined,
    line: /lines that cannot be read/,
    remove: cleanUp,
  };
}

async function sharedPostgres(): Promise<Shared> {
  const place = await makePlace();
  await place.journal().migrate();
  let failure: string | undefined;
  const pool = {
    async query(text: string, values?: unknown[]) {
      const code = failure;
      if (code === undefined || !text.includes('CREATE TABLE')) return await place.pool.query(text, values);
      failure = undefined;
      throw Object.assign(new Error('The removal failed'), { code });
    },
  };
  let minutes = 0;
  return {
    options: { journal: place.journal({ pool }) },
    async trouble(webhooks, code) {
      failure = code;
      minutes += 2;
      const later = performance.now() + minutes * 60_000;
      const clock = jest.spyOn(performance, 'now').mockImplementation(() => later);
      await webhooks.health();
      clock.mockRestore();
    },
    line: /could not remove/,
    remove: place.remove,
  };
}

test.each([
  ['bullmqQueue', sharedBullmq],
  ['pgBossQueue', sharedPgBoss],
  ['fileJournal', sharedFile],
  ['postgresJournal', sharedPostgres],
])(
  '%s of two receivers logs where the first does, until the last has closed it, and serves them both',
  async (_name, make) => {
    const shared = await make();
    function receiver() {
      const { logger, lines } = recordingLogger();
      const webhooks = bigmindWebhooks({ secret, ...shared.options, logger });
      return { webhooks, troubles: () => lines.filter(({ message }) => shared.line.test(String(message))).length };
    }
    try {
      const [first, second] = [receiver(), receiver()];
      for (const { webhooks } of [second, first])
        expect(await webhooks.receive(signedNote('1'))).toMatchObject({ status: 200 });
      await shared.trouble(second.webhooks, 'X0001');
      await until(() => first.troubles() === 1, 5000);
      await first.webhooks.close();
      expect(await second.webhooks.receive(signedNote('2'))).toMatchObject({ status: 200 });
      expect(await second.webhooks.health()).toMatchObject({ status: 'ok' });
      await second.webhooks.close();
      const third = receiver();
      expect(await third.webhooks.receive(signedNote('3'))).toMatchObject({ status: 200 });
      await shared.trouble(third.webhooks, 'X0002');
      await until(() => third.troubles() === 1, 5000);
      expect([first, second, third].map(({ troubles }) => troubles())).toEqual([1, 0, 1]);
      await third.webhooks.close();
    } finally {
      await shared.remove();
    }
  },
);
