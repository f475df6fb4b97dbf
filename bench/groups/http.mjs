// Requests a second in Express 5: each receiver is a server process of its own, and this process sends the load.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownDatabase, ownRedis } from '../../scripts/scaling/engines.mjs';
import { sizeText } from '../harness/size-text.mjs';
import { deliveries, gitHubDeliveries } from '../load/deliveries.mjs';
import { requestOf, sendAll } from '../load/send.mjs';
import { startServer } from '../load/start-server.mjs';

const connections = 16;
/** Enough that deliveries share the writes of a journal, as under load. */
const manyConnections = 64;

// The names of the receivers, in the rows and in the report.
const configured = 'default';
const withRedis = 'default with redisStore';
const remembering = 'silent';
const forgetting = 'silent, no de-duplication';
const journaling = 'default with fileJournal';
const observed = 'silent with OpenTelemetry';
const handWritten = 'hand-written';
const octokit = '@octokit/webhooks';

const ours = {
  [configured]:
    'the default options (de-duplication in memory, and a pino line for each delivery in a file) and an async handler ' +
    'that reads `key`',
  [withRedis]: 'the same, but for `redisStore` with a Redis of the benchmark’s own',
  [journaling]:
    'the same, but for `fileJournal` in the folder for temporary files; each is on the disk before its answer',
  [remembering]: '`logger: false` and a handler that reads nothing; de-duplication is in memory',
  [forgetting]: '`logger: false` and `deduplicate: false`',
  [observed]: '`logger: false` and `openTelemetry()`, with the SDK’s batch exporter of spans and its metrics',
};
const simple = 'a hand-written receiver, which checks the HMAC and parses';

/**
 * What people run: the default configuration, in memory and with Redis, against a hand-written receiver that logs with
 * pino too. Where no Redis can be started, its row says so.
 *
 * @param atLeast the goal: how many times the requests of the hand-written receiver
 */
export async function asPeopleRunIt({ bytes, atLeast }) {
  const { redis, missing } = await startRedis();
  const servers = [
    { name: configured, file: 'default', logs: true },
    { name: handWritten, file: 'hand-written-logging', logs: true },
  ];
  if (redis !== undefined) servers.push({ name: withRedis, file: 'with-redis', args: [redis.url], logs: true });
  const { contenders, close } = await race(servers, bytes);
  const logging = `${simple}, and logs with pino too`;
  return group('as people run it', bytes, {
    contenders,
    rows: [
      row(configured, handWritten, { bytes, goal: { atLeast }, means: meaning(configured, logging) }),
      {
        ...row(withRedis, handWritten, { bytes, means: meaning(withRedis, `${logging}, but has no Redis`) }),
        ...(missing !== undefined && { ratio: undefined, unmeasured: missing }),
      },
    ],
    async close() {
      close();
      await redis?.remove();
    },
  });
}

/**
 * Without a log, where the receiver itself shows most.
 *
 * @param goals at least how many times the requests of each of the others, with de-duplication and without
 */
export async function silent({ bytes, goals }) {
  const servers = [
    { name: remembering, file: 'bigmind-webhooks' },
    { name: forgetting, file: 'no-deduplication' },
    { name: handWritten, file: 'hand-written' },
    { name: octokit, file: 'octokit-webhooks', make: gitHubDeliveries },
  ];
  const others = {
    [handWritten]: simple,
    [octokit]: `${octokit}, which neither validates nor remembers`,
  };
  const rowsOf = (name, theirGoals) =>
    Object.entries(theirGoals).map(([other, atLeast]) =>
      row(name, other, { bytes, goal: { atLeast }, means: meaning(name, others[other]) }),
    );
  return group('silent', bytes, {
    ...(await race(servers, bytes)),
    rows: [...rowsOf(remembering, goals.deduplicating), ...rowsOf(forgetting, goals.forgetting)],
  });
}

/**
 * What spans and metrics cost, against the same receiver without them.
 *
 * @param atLeast the goal: how many times the requests of the receiver without
 */
export async function telemetry({ bytes, atLeast }) {
  const servers = [
    { name: observed, file: 'telemetry' },
    { name: remembering, file: 'bigmind-webhooks' },
  ];
  const means = meaning(observed, 'the same without telemetry');
  return group('with telemetry', bytes, {
    ...(await race(servers, bytes)),
    rows: [row(observed, remembering, { bytes, goal: { atLeast }, means })],
  });
}

/**
 * What a journal in files costs, against the same receiver without it.
 *
 * @param atLeast the goal: how many times the requests of the receiver without
 */
export async function journal({ bytes, atLeast }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-journal-'));
  const servers = [
    { name: journaling, file: 'with-file-journal', args: [join(folder, 'journal')], logs: true },
    { name: configured, file: 'default', logs: true },
  ];
  const { contenders, close } = await race(servers, bytes, manyConnections);
  const means = meaning(journaling, 'the default options');
  return group('with fileJournal', bytes, {
    contenders,
    rows: [row(journaling, configured, { bytes, goal: { atLeast }, means })],
    close() {
      close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** What answering with a store or a queue costs, against the same receiver with its memory alone. Needs the services. */
export async function answering(bytes) {
  const [redis, database] = await Promise.all([ownRedis(), ownDatabase()]);
  const goals = { redisStore: 0.85, postgresStore: 0.45, pgBossQueue: 0.45 };
  const servers = Object.keys(goals).map((name) => {
    const { url } = name === 'redisStore' ? redis : database;
    return { name, file: 'with-services', args: [name, url] };
  });
  const { contenders, close } = await race([{ name: remembering, file: 'bigmind-webhooks' }, ...servers], bytes);
  const rows = Object.entries(goals).map(([name, atLeast]) => ({
    ...row(name, remembering, { bytes, goal: { atLeast } }),
    means: `requests a second with \`logger: false\` and \`${name}\`. Divided by those of the same in memory.`,
  }));
  return group('with a store or a queue', bytes, {
    contenders,
    rows,
    async close() {
      close();
      await Promise.all([redis.remove(), database.remove()]);
    },
  });
}

/**
 * What a journal in PostgreSQL costs, against the same receiver with `postgresStore` alone. Needs the service.
 *
 * @param atLeast the goal: how many times the requests of the receiver without
 */
export async function journalInPostgres({ bytes, atLeast }) {
  const database = await ownDatabase();
  const servers = ['postgresJournal', 'postgresStore'].map((name) => {
    return { name, file: 'with-services', args: [name, database.url] };
  });
  const { contenders, close } = await race(servers, bytes, manyConnections);
  const means = 'requests a second with `logger: false`, `postgresStore` and `postgresJournal`';
  return group('with postgresJournal', bytes, {
    contenders,
    rows: [
      {
        ...row('postgresJournal', 'postgresStore', { bytes, goal: { atLeast } }),
        means: `${means}. Divided by those without the journal.`,
      },
    ],
    async close() {
      close();
      await database.remove();
    },
  });
}

function group(kind, bytes, rest) {
  const name = `requests a second over HTTP, ${kind}, ${sizeText(bytes)}`;
  return { name, unit: 'requests a second', rounds: 12, warmUps: 4, ...rest };
}

function row(name, other, { bytes, ...rest }) {
  const what = `HTTP, ${name}, to ${other}`;
  return { what, at: sizeText(bytes), ratio: (rates) => rates[name] / rates[other], ...rest };
}

function meaning(name, other) {
  return `requests a second with ${ours[name]}. Divided by those of ${other}.`;
}

async function startRedis() {
  try {
    return { redis: await ownRedis() };
  } catch (error) {
    return { missing: `${error.message}: ${error.cause?.message}` };
  }
}

/** Starts the servers, and makes a contender of each. */
async function race(servers, bytes, atOnce = connections) {
  const started = await Promise.all(servers.map(({ file, ...options }) => startServer(file, options)));
  const contenders = servers.map(({ name, make = deliveries }, index) => [
    name,
    load(started[index], make(bytes), bytes, atOnce),
  ]);
  return {
    contenders: Object.fromEntries(contenders),
    close() {
      for (const { stop } of started) stop();
    },
  };
}

function load({ port, ask, logged }, next, bytes, atOnce) {
  // Some 0.3 s.
  const count = Math.round(120_000_000 / (bytes + 60_000));
  return async function rate() {
    const requests = Array.from({ length: count }, () => requestOf(next()));
    const before = await ask();
    globalThis.gc({ type: 'minor' });
    const seconds = await sendAll(port, requests, atOnce);
    const { handled } = await ask();
    if (handled - before.handled !== count) throw new Error('bench: a request was not handled');
    await logged?.(count);
    return count / seconds;
  };
}
