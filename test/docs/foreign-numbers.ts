type Reason = readonly [text: string, why: string];

/**
 * The numbers of the prose that no row of number-claims.ts holds, by the text that they stand in (`…` is any text), with the reason: the
 * test that holds it, or whose number it is.
 */
export const notOurs: Readonly<Record<string, readonly Reason[]>> = {
  'README.md': [
    ['Express 4.18.3 or later, also 5', 'test/docs/foreign-defaults.test.ts compares it with docs/compatibility.md'],
    ['five deliveries that must not reach a handler', 'test/examples/demo.test.ts'],
  ],
  'SECURITY.md': [['as Node reads at once (64 KB)', 'the buffer that Node reads a socket into']],
  'docs/cli.md': [
    ['| 0 | done', 'test/integration/cli/exit-codes.test.ts'],
    ['| 1 | refused or found wrong', 'test/integration/cli/exit-codes.test.ts'],
    ['| 2 | used wrongly', 'test/integration/cli/exit-codes.test.ts'],
    ['| 130 | ended by Ctrl-C', 'test/docs/exit-codes.test.ts'],
    ['143 by SIGTERM', 'test/docs/exit-codes.test.ts'],
    ['only `listen` exits 0', 'test/package/newcomer.packed.ts'],
    ['exits with 2. An existing `.gitignore`', 'test/cli/init/init.test.ts'],
    ['file descriptor 1', 'standard output'],
    ['the exit code is 1. The other ids', 'test/integration/cli/dead-letters.test.ts'],
  ],
  'docs/delivery-semantics.md': [
    ['removed between two attempts', 'a case, no bound'],
    ['`attempt` 2 of an old delivery', 'an example'],
  ],
  'docs/deployment.md': [
    ['with code 0. If other routes', 'test/integration/examples runs the recipe to its end'],
    ['give step 3 their time', 'a step of the list above it'],
    ['(20 s here)', 'test/docs/computed.test.ts'],
    ['(30 s here)', 'test/docs/computed.test.ts'],
    ['kills after 1.6 s', 'a default of PM2'],
    ['more than 1 MB with a 413', 'a default of nginx'],
    ['gives up after 5 s', 'an example'],
    ['before Node does (5 s by default)', 'test/docs/foreign-defaults.test.ts asks Node'],
    ['from pg 9 on', 'what pg announces'],
    ['64 KB of each', 'the buffer that Node reads a socket into'],
  ],
  'docs/frameworks.md': [
    ['their own limit is 100 kB', 'test/docs/foreign-defaults.test.ts asks the parser'],
    ['in Nest 10 and 11, or', 'versions that npm run test:compatibility runs'],
    ['in Nest 10. So', 'versions that npm run test:compatibility runs'],
    ["Fastify's own `bodyLimit` is 1 MiB", 'a default of Fastify'],
    ['with h3 1:', 'a version that npm run test:compatibility runs'],
    ['payload format 2.0), a REST API (1.0)', 'names of AWS'],
  ],
  'docs/inspector.md': [
    ['hex or base64 of 32 or 64 bytes', 'the lengths of SHA-256 and SHA-512'],
    ['127.0.0.1 and ::1', 'addresses: test/cli/run.test.ts'],
    ['3001, and 0 for any that is free', 'what 0 means as a port'],
  ],
  'docs/journal.md': [
    ['folder 0700, files 0600', 'rights: test/journals/file'],
    ['a path of at most 70 bytes', 'test/journals/file, which reads it from this page'],
    ['pg-boss 10, 11 and 12 were', 'versions that npm run test:compatibility runs'],
  ],
  'docs/operations.md': [
    ['have been started, from 1', 'where counting begins'],
    ['1 if it answers, else 0', 'test/telemetry'],
    ['0 if none does', 'test/telemetry'],
    ['`dependency.up` is 0', 'test/telemetry'],
  ],
  'docs/queues.md': [
    ['Redis 6.2 or later', 'what BullMQ asks for'],
    ['PostgreSQL 13 or later', 'what pg-boss asks for'],
    ['Both are back within ten seconds', 'test/integration/silence.test.ts'],
    [
      'on Node 20; pg-boss 11 and 12 need Node 22',
      'test/docs/foreign-defaults.test.ts compares it with docs/compatibility.md',
    ],
    ['pg-boss 12 has no default export', 'a version that npm run test:compatibility runs'],
    ['own heartbeats (12) are not used', 'a version of pg-boss'],
    ['in pg-boss 10: it would seem', 'a version of pg-boss'],
    ['for 12 hours (10) or 7 days (11)', 'defaults of pg-boss'],
  ],
  'docs/scaling.md': [
    ['less than 30 MB', 'test/docs/foreign-defaults.test.ts measures it'],
    ['on the way to 10⁹ deliveries', 'the aim of the page'],
    ['some 700 bytes besides', 'a summary of the table above it'],
    ['100 is fine for calls', 'advice'],
    ['### 10⁹ a day', 'a heading'],
    ['at ten times the average, and 20 KB', 'what is assumed'],
    ['with 20 KB a delivery', 'what is assumed'],
    ['a cluster: 64 of them', 'the number of partitions of the example'],
    ['three or four times', 'statements of PostgreSQL, as docs/stores.md counts them'],
    ['from 10⁷ deliveries a day on', 'advice'],
    ['some thousand deliveries a second', 'a summary of the tables'],
  ],
  'docs/signatures.md': [
    ['both ends included; the least is 1.', 'test/docs/signatures.test.ts'],
    ['two tenants are two deliveries', 'no bound'],
  ],
  'docs/stores.md': [
    ['in less than 30 MB', 'test/docs/foreign-defaults.test.ts measures it'],
    ['Redis 6.2 or later', 'the oldest whose commands the scripts use'],
    ['the number of keys (1)', 'test/stores/redis-store.test.ts'],
    ['owes an answer for five seconds', 'the options of the column beside it'],
    ['pauses of ioredis 6 grow to five seconds', 'test/docs/foreign-defaults.test.ts asks ioredis'],
    ['whose query takes five seconds', 'the options of the column beside it'],
    ['taken again within ten seconds', 'test/integration/silence.test.ts'],
    ['from 1, without those', 'where counting begins'],
    ['it is 1 again', 'where counting begins'],
    ['Keys are 64 hexadecimal digits', 'test/docs/foreign-defaults.test.ts makes one'],
  ],
  'docs/your-own-queue.md': [
    ['the visibility timeout (30 s; … 100 KB to 1 MB, by its kind', 'what the engines document'],
  ],
  'examples/aws-lambda/README.md': [['payload format 2.0', 'a name of AWS']],
  'examples/minimal/README.md': [['`PORT` is 3000 unless', 'test/examples/port-taken.test.ts']],
  'examples/slack-alert/README.md': [['does not take within 5 s', 'test/docs/computed.test.ts']],
  'examples/sqs-like/README.md': [
    ['RabbitMQ (3.10 or later)', 'what quorum queues with a time for each message need'],
    ['four pauses, five attempts', 'test/docs/computed.test.ts'],
    ['after 20 times', 'test/docs/computed.test.ts'],
    ['**Longer than 30 minutes**', 'a default of RabbitMQ'],
  ],
  'docs/testing.md': [['exits 1 if any ended', 'test/examples/demo.test.ts']],
};
