import packageJson from '../../package.json';
import { rowOf } from '../../src/foundations/outcomes';
import { eventNames } from '../../src/index';
import { files } from '../source-files';
import { constantOf } from './constants';
import { readDocument } from './markdown';

const lease = constantOf('deduplication/held-claim.ts', 'leaseMs');
const progress = constantOf('deduplication/held-claim.ts', 'jobProgressMs');
const ttl = 3 * constantOf('options/parse-deduplicate.ts', 'day');
const timeout = constantOf('foundations/default-limits.ts', 'timeoutMs');
const maxRun = constantOf('options/parse-options.ts', 'maxRunMs');
const storeTimeout = constantOf('options/parse-deduplicate.ts', 'usualStoreTimeoutMs');
const maxKeys = constantOf('deduplication/memory-store.ts', 'usualMaxKeys');
const limit = constantOf('foundations/default-limits.ts', 'limit');
const readTimeout = constantOf('foundations/default-limits.ts', 'readTimeoutMs');
const tolerance = constantOf('options/parse-options.ts', 'toleranceSeconds');
const lostAfter = constantOf('queues/shared-options.ts', 'lostAfterMs');
const backoff = constantOf('queues/shared-options.ts', 'backoffMs');
const poll = constantOf('queues/pg-boss/options.ts', 'pollMs');
const attempts = constantOf('queues/shared-options.ts', 'attempts');
const explainedEvery = constantOf('signatures/explain/explain-mismatch.ts', 'onceInMs');
const concurrency = constantOf('options/parse-work.ts', 'concurrency');

/** The number that stands behind some code in a file of src/. */
function after(code: string, file: string): number {
  const [, text = ''] = files.get(file)?.text.split(code) ?? [];
  return Number(/^[\d_]+/.exec(text.trim())?.[0].replaceAll('_', ''));
}

/** The oldest version of a peer that docs/compatibility.md has, which the runs of that page write. */
function oldest(peer: string): number {
  const [, version] =
    new RegExp(`^\\| \`?${peer}\`? \\| ([\\d.]+) or later`, 'm').exec(readDocument('docs/compatibility.md')) ?? [];
  return Number(version);
}

/** How many digits or characters a pattern of the header grammar takes. */
function lengths(name: string): readonly number[] {
  const [, pattern = ''] =
    new RegExp(`const ${name} = (.*);`).exec(files.get('signatures/readings/header-grammar.ts')?.text ?? '') ?? [];
  return [...pattern.matchAll(/\{([\d,]+)\}/g)].flatMap(([, counts = '']) => counts.split(',').map(Number));
}

const [seconds = 0, milliseconds = 0] = lengths('timestampText');
const [shortestId = 0, longestId = 0] = lengths('idText');
const close = after('waiting.timeoutMs ??', 'bigmind-webhooks.ts');
const mostHeaders = after('listOf([...likely, ...others],', 'signatures/refusal.ts');
const rememberedJobs = constantOf('queues/bullmq/options.ts', 'count');
const keepDays = constantOf('foundations/journal-keeping.ts', 'keepDays');

export type Claim = readonly [phrase: string, number: number];

/** `#` stands for the number that a document has there; the unit behind it counts. */
export const claims: Readonly<Record<string, readonly Claim[]>> = {
  'README.md': [
    ['It needs Node # or later', Number(/[\d.]+/.exec(packageJson.engines.node)?.[0])],
    ['has the # events', eventNames.length],
    ['keeps genuine deliveries for # days', keepDays * 86_400_000],
  ],
  'SECURITY.md': [
    ['at most # MACs a secret', constantOf('signatures/readings/find-match.ts', 'macBudget')],
    ['with # chunks of fewer', constantOf('express/crumbs.ts', 'manyShortChunks')],
    ['of fewer than # bytes, one is read', constantOf('express/crumbs.ts', 'shortChunk')],
  ],
  'docs/cli.md': [
    ['down to # columns', constantOf('cli/wrap.ts', 'leastWidth')],
    ['up to # a payload', constantOf('events/list-errors.ts', 'mostErrors')],
    ['`--concurrency` is # with', constantOf('cli/sending/sending-options.ts', 'atOnce')],
    ['a line every # seconds', constantOf('cli/journal/replay-progress.ts', 'lineEvery')],
    ['http://127.0.0.1:#/webhooks/bigmind`.', constantOf('cli/default-address.ts', 'defaultPort')],
    ['the first # hex digits', 2 * after("bytes.toString('hex', 0,", 'signatures/explain/tried-readings.ts')],
    ['`--count`, else #.', after('concurrency = rate === undefined ?', 'cli/sending/send-many.ts')],
  ],
  'docs/delivery-semantics.md': [
    ['It lasts # seconds', lease],
    ['extended every # while', lease / 3 / 1000],
    ['| `timeoutMs` | # s |', timeout],
    ['| the lease | # s |', lease],
    ['| `maxRunMs` | # min |', maxRun],
    ['| `storeTimeoutMs` | # s |', storeTimeout],
    ['| `ttlMs` | # days |', ttl],
    ["| a job's progress | # days, or", progress],
    ['`Retry-After: #`', rowOf('timeout').retryAfterSeconds ?? 0],
    ['the newest # |', maxKeys],
    ['after # ms at most', constantOf('foundations/outbox.ts', 'usualLongestPauseMs')],
    ['for up to # seconds, and then counts it', constantOf('pipeline/journal/replay-until-ended.ts', 'patienceMs')],
    ['is remembered (`ttlMs`, # days', ttl],
    ['| `close()` | # s |', close],
  ],
  'docs/deployment.md': [
    ['# seconds later at most', lease],
    ['of the receiver (# s)', timeout],
    ['above # s, or `timeoutMs`', timeout],
    ['of `limit` (# MB)', limit],
  ],
  'docs/errors.md': [
    ['fewer than # characters behind', constantOf('signatures/mac/secret-key.ts', 'leastCharacters')],
    ['base64 of # bytes or more', constantOf('signatures/mac/secret-key.ts', 'leastKeyBytes')],
    ['the newest # ends are held', constantOf('pipeline/journal/journal-ends.ts', 'mostWaiting')],
    ['At most # paths are told', constantOf('pipeline/drift-watch.ts', 'mostPlaces')],
    ['The first # deliveries of each event are looked at', constantOf('pipeline/drift-watch.ts', 'first')],
    ['after them one of #.', constantOf('pipeline/drift-watch.ts', 'every')],
    ['the oldest beyond #:', maxKeys],
    ['# times `lostAfterMs`', constantOf('queues/shared-namespace.ts', 'patience')],
    ['(# minutes by default)', constantOf('queues/shared-namespace.ts', 'patience') * lostAfter],
    ['up to # that came', mostHeaders],
    ['no base64 of # bytes', constantOf('signatures/mac/secret-key.ts', 'leastKeyBytes')],
    ['100,000: # valid deliveries', maxKeys],
  ],
  'docs/handlers.md': [
    ['for a format beyond # characters', after("format === 'date-time' ? 1000 :", 'events/add-formats.ts')],
    ['`date-time` beyond #.', after("format === 'date-time' ?", 'events/add-formats.ts')],
  ],
  'docs/inspector.md': [
    ['silent for # seconds, the answer is 502', timeout],
    ['the answer is #, so that', constantOf('cli/inspector/answers.ts', 'badGateway')],
    ['holds a delivery for # seconds', constantOf('cli/inspector/told-answer.ts', 'heldMs')],
    ['the latest # deliveries in memory', constantOf('cli/inspector/delivery-log.ts', 'mostDeliveries')],
    ['the answers of apps up to # MiB', constantOf('cli/inspector/delivery-log.ts', 'mostBytes')],
    ['up to # lines and 128 MiB', constantOf('cli/inspector/saved-file.ts', 'mostLines')],
    ['lines and # MiB of them', constantOf('cli/inspector/saved-file.ts', 'mostBytes')],
    ['port of the receiver; #, and 0', constantOf('cli/default-address.ts', 'defaultPort')],
    ['more than # bytes, or more', constantOf('cli/large-json.ts', 'longest')],
    ['more than # brackets', constantOf('cli/large-json.ts', 'mostSigns')],
    ['up to # bytes of it', constantOf('cli/inspector/explain-delivery.ts', 'beginning')],
    ['more than # levels', constantOf('cli/json-in.ts', 'mostLevels')],
    ['changed, up to # of each', constantOf('cli/inspector/diff-values.ts', 'mostChanges')],
    ['its payload, up to # characters', constantOf('cli/inspector/page/payload-editor.ts', 'longestEdited')],
  ],
  'docs/journal.md': [
    ['| # whole days', constantOf('foundations/journal-keeping.ts', 'keepDays')],
    ['# at a time by default (`concurrency`)', constantOf('options/parse-replay.ts', 'concurrency')],
    ['about # MB of the newest file', constantOf('journals/file/index-file.ts', 'mostUnwrittenOfNewest')],
    ['removed | # whole days after the day on which', keepDays],
  ],
  'docs/operations.md': [
    ['function; at most # characters', constantOf('foundations/foreign-text.ts', 'longestTenant')],
    ['At most # are shown', constantOf('foundations/foreign-text.ts', 'mostParams')],
    ['and so on, # deep', constantOf('foundations/describe-error.ts', 'mostCauses')],
    ['the first # `errors`', constantOf('foundations/describe-error.ts', 'mostErrors')],
    ['within the last # days', progress],
    ['at most `storeTimeoutMs` (# s)', storeTimeout],
    ['more than one run in # of a handler failed', 1 / threshold('BigmindHandlerFailing')],
    ['has waited for # minutes', threshold('BigmindQueueLag') * 1000],
    ['has run for # minutes without', minutesOf('BigmindHandlerHanging')],
  ],
  'docs/queues.md': [
    ['another worker for # minutes', constantOf('queues/shared-namespace.ts', 'patience') * lostAfter],
    ['whole**, with their bodies: # days', constantOf('queues/bullmq/options.ts', 'threeDaysMs')],
    ['`lostAfterMs` (# s)', lostAfter],
    ['every `lostAfterMs` / #.', constantOf('queues/pg-boss/leases.ts', 'beats')],
    ['with a `PING` every # seconds', constantOf('queues/bullmq/watch-connections.ts', 'pingEveryMs')],
    ['fewer replicas have within # ms', constantOf('queues/bullmq/replicas.ts', 'timeoutMs')],
    ['another one after # seconds', constantOf('queues/pg-boss/worker.ts', 'silentMs')],
    ['After `attempts` (#,', attempts],
    ['within the last # days', progress],
    ['3 days or # jobs', rememberedJobs],
  ],
  'docs/scaling.md': [
    ['than `timeoutMs` (# s)', timeout],
    ['less than 30 MB for # keys', maxKeys],
    ['keeps the newest # of a namespace', rememberedJobs],
    ['for `ttlMs`, # days by default', ttl],
    ['or were replayed within # days', progress],
  ],
  'docs/signatures.md': [
    ['At most # MACs are computed', constantOf('signatures/readings/find-match.ts', 'macBudget')],
    ['or as far ahead: # by default', tolerance],
    ['in bodies up to # KB', constantOf('signatures/explain/explain-mismatch.ts', 'largestBody')],
    ['for a cause once in # seconds', explainedEvery],
    ['The # nearest are tried', constantOf('signatures/readings/timestamp-headers.ts', 'mostPaired')],
    ['(of at least # bytes)', constantOf('signatures/mac/secret-key.ts', 'leastKeyBytes')],
    ['keeps the newest # deliveries', maxKeys],
    ['is Unix seconds (# digits)', seconds],
    ['milliseconds (# digits)', milliseconds],
    ['a timestamp is # or 13 digits', seconds],
    ['10 or # digits and nothing else', milliseconds],
    ['An id is # to 256', shortestId],
    ['An id is 1 to # of letters', longestId],
    ['the line names up to # that', mostHeaders],
    ['and for about # ms.', constantOf('signatures/explain/explain-mismatch.ts', 'mostMs')],
  ],
  'docs/stores.md': [
    ['The default remembers # deliveries', maxKeys],
    ['`deduplicate.storeTimeoutMs` (# seconds)', storeTimeout],
    ['removes up to # at once', constantOf('stores/postgres/postgres-store.ts', 'pruneAtMost')],
    ['at most # deliveries.', constantOf('foundations/call-together.ts', 'most')],
    ['waits longer than # ms', constantOf('foundations/call-together.ts', 'patienceMs')],
    ['one every # seconds while', lease / 3],
    ['the lease (# s)', lease],
    ['`shortLeaseMs` (# by default)', constantOf('testing/store-contract.ts', 'shortLeaseMs')],
    ['default store, # deliveries of one', maxKeys],
    ['(# or later) or node-redis', oldest('ioredis')],
    ['node-redis (# or later)', oldest('redis')],
    ['its deliveries every # seconds, and cannot', lease / 3],
  ],
  'docs/troubleshooting.md': [
    ['once in # seconds', explainedEvery],
    ['`timeoutMs` (# s)', timeout],
    ['that limit to # MB', limit],
  ],
  'docs/your-own-queue.md': [
    ['its lease (# s)', lease],
    ['`maxRunMs` (# minutes', maxRun],
    ['the same limit (# MB by default)', limit],
    ['a body of # MB arrives', after('runs a job with a body of', 'testing/queue-promises/holding.ts') * 1024 ** 2],
  ],
  'examples/aws-lambda/README.md': [['above `timeoutMs` (# seconds unless', timeout]],
  'examples/sqs-like/README.md': [['`maxRunMs` is # minutes by default', maxRun]],
  // The comments on the types, from which this one is generated, are no code.
  'docs/options.md': [
    ['`toleranceSeconds` | `number` | `#`', tolerance],
    ['`timeoutMs` | `number` | `#`', timeout],
    ['`maxRunMs` | `number` | `#`', maxRun],
    ['`readTimeoutMs` | `number` | `#`', readTimeout],
    ['`ttlMs` | `number` | `#`', ttl],
    ['`storeTimeoutMs` | `number` | `#`', storeTimeout],
    ['`maxKeys` | `number` | `#`', maxKeys],
    ['`concurrency` | `number` | `#`', concurrency],
    ['`attempts` | `number` | `#`', attempts],
    ['`backoffMs` | `number` | `#`', backoff],
    ['`pollMs` | `number` | `#`', poll],
    ['`lostAfterMs` | `number` | `#`', lostAfter],
    ['`keepDays` | `number` | `#`', constantOf('foundations/journal-keeping.ts', 'keepDays')],
    ['`rememberDone.ageMs` | `number` | `#`', constantOf('queues/bullmq/options.ts', 'threeDaysMs')],
  ],
};

/** How long an alert of docs/alerts.yml waits, in milliseconds. */
function minutesOf(alert: string): number {
  const [, rule = ''] = readDocument('docs/alerts.yml').split(`- alert: ${alert}\n`);
  return Number(/for: (\d+)m\n/.exec(rule)?.[1]) * 60_000;
}

/** What an alert of docs/alerts.yml compares with. */
function threshold(alert: string): number {
  const [, rule = ''] = readDocument('docs/alerts.yml').split(`- alert: ${alert}\n`);
  return Number(/> ([\d.]+)['"]\n/.exec(rule)?.[1]);
}
