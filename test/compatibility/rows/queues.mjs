const group = 'Queues';
const house = 'queues';
const main = 'contract.mjs';

const bullmq = [
  ['5.77.0', '5.11.1'],
  ['5.79.4', '5.11.1'],
  ['6.7.0', '6.0.0'],
];
const pgBoss = [['10.4.2'], ['11.1.2', '22.12'], ['12.38.0', '22.12']];
const pg = { pg: '8.23.1' };
const types = { '@types/node': '20.19.43', '@types/pg': '8.23.1' };

const pglite = { '@electric-sql/pglite': '0.5.16' };
const documented = [
  {
    name: ': the block',
    main: 'block.mjs',
    packages: pg,
    block: { document: 'docs/queues.md', heading: 'In PostgreSQL', as: 'block.ts' },
  },
  {
    name: ': the block with PGlite',
    main: 'block.mjs',
    args: ['folder'],
    packages: pglite,
    services: [],
    block: { document: 'docs/queues.md', heading: 'In a folder', as: 'block.ts' },
  },
  {
    name: ' and postgresJournal in one transaction',
    main: 'together.mjs',
    packages: { ...pg, ...pglite },
    block: { document: 'docs/journal.md', heading: 'In one transaction with the queue', as: 'block.ts' },
  },
];

export const rows = [
  ...bullmq.map(([version, ioredis]) => ({
    group,
    name: `BullMQ ${version.split('.').slice(0, 2).join('.')}`,
    packages: { bullmq: version, ioredis },
    house,
    main,
    args: ['bullmq'],
    seconds: 180,
  })),
  {
    group,
    name: 'BullMQ 5.60',
    packages: { bullmq: '5.60.0', ioredis: '5.11.1' },
    house,
    main,
    args: ['bullmq'],
    seconds: 180,
    supported: false,
    saying: 'BullMQ 5.77 or later is needed',
    reason: '`bullmqQueue()` refuses it: it neither gives jobs back nor redrives dead ones.',
    instead: 'Install 5.77 or later.',
  },
  ...pgBoss.map(([version, minNode]) => ({
    group,
    name: `pg-boss ${version.split('.')[0]}`,
    packages: { 'pg-boss': version, ...pg },
    house,
    main,
    args: ['pg-boss'],
    services: ['postgres'],
    minNode,
    seconds: 180,
  })),
  ...pgBoss.flatMap(([version, minNode]) =>
    documented.map(({ name, packages, block, ...row }) => ({
      group,
      name: `pg-boss ${version.split('.')[0]}${name}`,
      packages: { 'pg-boss': version, ...packages },
      installed: { 'pg-boss': version, ...pg, ...pglite, ...types },
      house: 'pg-boss',
      manifest: { type: 'module' },
      services: ['postgres'],
      minNode,
      seconds: 180,
      // As it is for this version.
      blocks: [{ ...block, ...(version.startsWith('12.') && { alternative: 'in pg-boss 12' }) }],
      ...row,
    })),
  ),
];
