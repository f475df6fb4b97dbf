const group = 'Stores';
const pg = { pg: '8.23.1' };

/** `toolkit`: the row of docs/stores.md whose code is the adapter; `shownAs`: its name, where it has several rows. */
const postgres = [
  { name: 'pg', version: '8.0.3' },
  { name: 'pg', version: '8.23.1' },
  { name: '@electric-sql/pglite', version: '0.2.17' },
  { name: '@electric-sql/pglite', version: '0.5.16' },
  { name: 'postgres', version: '3.4.9', toolkit: 'postgres.js' },
  { name: 'pg-promise', version: '12.7.1', toolkit: 'pg-promise' },
  { name: 'knex', version: '3.3.0', toolkit: 'Knex', more: pg },
  { name: 'kysely', version: '0.28.8', toolkit: 'Kysely', more: pg },
  { name: 'kysely', version: '0.29.9', toolkit: 'Kysely', shownAs: 'Kysely 0.29', more: pg, minNode: '22.0.0' },
  { name: 'drizzle-orm', version: '0.45.4', toolkit: 'Drizzle', more: pg },
  { name: 'typeorm', version: '1.1.1', toolkit: 'TypeORM', more: pg },
  { name: 'sequelize', version: '6.37.8', toolkit: 'Sequelize', more: pg },
  {
    name: '@prisma/client',
    version: '7.10.0',
    toolkit: 'Prisma',
    more: { prisma: '7.10.0', '@prisma/adapter-pg': '7.10.0', ...pg },
  },
];

const redis = [
  { name: 'ioredis', version: '4.31.0' },
  { name: 'ioredis', version: '5.11.1' },
  { name: 'ioredis', version: '6.0.0' },
  { name: 'redis', version: '4.0.0' },
  { name: 'redis', version: '4.7.1' },
  { name: 'redis', version: '5.9.0' },
  { name: 'redis', version: '6.3.1' },
  { name: '@upstash/redis', version: '1.39.0', toolkit: '@upstash/redis', hidden: { ioredis: '5.11.1' } },
  { name: '@valkey/valkey-glide', version: '2.5.2', toolkit: 'Valkey Glide' },
];

const rowsOf = (kind, service, packages, more = {}) =>
  packages.map(({ name, version, toolkit, shownAs = toolkit, more: beside, hidden, minNode }) => ({
    group,
    name: `${kind} on ${shownAs ?? `${name} ${version.split('.').slice(0, 2).join('.')}`}`,
    packages: { [name]: version, ...beside },
    ...(hidden && { installed: { [name]: version, ...hidden } }),
    house: 'stores',
    main: 'contract.mjs',
    args: [name],
    services: name === '@electric-sql/pglite' ? [] : [service],
    adapter: toolkit,
    minNode,
    ...more,
  }));

export const rows = [
  ...rowsOf('redisStore', 'redis', redis),
  ...rowsOf('postgresStore', 'postgres', postgres),
  ...rowsOf('postgresJournal', 'postgres', postgres, { group: 'Journals', main: 'journal.mjs' }),
];
