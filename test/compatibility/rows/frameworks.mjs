const types = { '@types/node': '20.19.43' };
const nest12 = {
  '@nestjs/common': '12.5.1',
  '@nestjs/core': '12.5.1',
  '@nestjs/platform-express': '12.5.1',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
};
const nestOf = (version) => ({
  ...nest12,
  '@nestjs/common': version,
  '@nestjs/core': version,
  '@nestjs/platform-express': version,
});
const fastify = { fastify: '5.12.8', '@fastify/middie': '9.3.6' };
const hono = { hono: '4.13.19', '@hono/node-server': '2.1.9' };
const koa = { koa: '3.3.0' };
const h3 = { h3: '2.0.8' };
/** Installed together, once for all their rows. */
const light = { ...fastify, ...hono, ...koa, ...h3, ...types, '@types/koa': '3.0.3', '@fastify/aws-lambda': '6.4.1' };
const nestInstalled = { ...nest12, ...types };

const document = 'docs/frameworks.md';
const shared = { document, heading: 'webhooks.ts', as: 'webhooks.ts' };
const blockOf = (heading, as = 'block.ts') => ({ document, heading, as });
const http = { house: 'block-http.mjs', manifest: { type: 'module' } };
const group = 'Frameworks';
const docs = (heading) => [shared, blockOf(heading)];

export const rows = [
  { group, name: 'node:http', packages: {}, installed: light, ...http, blocks: docs('node:http') },
  ...[
    ['10', '10.4.15'],
    ['11', '11.1.0'],
    ['12', '12.5.1'],
  ].flatMap(([major, version]) => {
    const packages = nestOf(version);
    const installed = version === '12.5.1' ? nestInstalled : packages;
    const shown = `@nestjs/core ${version}`;
    return [
      {
        group,
        name: `NestJS ${major}, rawBody on`,
        packages,
        installed,
        shown,
        house: 'nest.mjs',
        args: ['rawBody', major],
        pinned: major === '12',
      },
      {
        group,
        name: `NestJS ${major}, rawBody off`,
        packages,
        installed,
        shown,
        house: 'nest.mjs',
        args: ['parsed', major],
      },
    ];
  }),
  ...['10.4.15', '11.1.0'].map((version) => ({
    group,
    name: `NestJS ${version.split('.')[0]}, forRoutes(path) under URI versioning`,
    packages: nestOf(version),
    shown: `@nestjs/core ${version}`,
    house: 'nest.mjs',
    args: ['rawBody', version.split('.')[0], 'missed'],
    supported: false,
    saying: '201 !== 200',
    reason: 'Nest never calls the middleware, and a controller at that path runs with no signature checked.',
    instead: 'Use `app.use` or `forRoutes(SomeController)`.',
  })),
  {
    group,
    name: 'NestJS: the block',
    packages: nest12,
    installed: nestInstalled,
    house: 'nest-blocks',
    main: 'index.mjs',
    manifest: { type: 'module' },
    blocks: docs('NestJS'),
  },
  {
    group,
    name: 'NestJS: the blocks about a module',
    packages: nest12,
    installed: nestInstalled,
    house: 'nest-blocks',
    main: 'index.mjs',
    manifest: { type: 'module' },
    blocks: [...docs("With Nest's raw body"), blockOf('As middleware of a Nest module', 'webhooks.module.ts')],
  },
  {
    group,
    name: 'Fastify: the block',
    packages: { fastify: fastify.fastify },
    installed: light,
    ...http,
    blocks: docs('Fastify'),
  },
  {
    group,
    name: 'Fastify with receive()',
    packages: { fastify: fastify.fastify },
    installed: light,
    house: 'receive.mjs',
    args: ['fastify'],
  },
  {
    group,
    name: 'Fastify with @fastify/middie, over HTTP and by inject',
    packages: fastify,
    installed: light,
    house: 'fastify.mjs',
    pinned: true,
  },
  ...[
    ['Hono', hono],
    ['Koa', koa],
    ['h3', h3],
  ].flatMap(([name, packages]) => [
    { group, name: `${name}: the block`, packages, installed: light, ...http, blocks: docs(name) },
    {
      group,
      name: `${name}, a slow handler`,
      packages,
      installed: light,
      house: 'receive.mjs',
      args: [name.toLowerCase()],
      pinned: true,
    },
  ]),
  {
    group,
    name: 'Nuxt and Nitro (h3 1): the block',
    packages: { h3: '1.15.5' },
    installed: { h3: '1.15.5', ...types },
    house: 'nitro.mjs',
    manifest: { type: 'module' },
    blocks: docs('Nuxt and Nitro'),
  },
  {
    group,
    name: 'Next.js: app router and pages router, built and started',
    packages: { next: '16.4.6', react: '19.2.0', 'react-dom': '19.2.0' },
    installed: {
      next: '16.4.6',
      react: '19.2.0',
      'react-dom': '19.2.0',
      typescript: '6.0.3',
      '@types/react': '19.2.0',
      ...types,
    },
    house: 'next',
    main: 'build-and-start.mjs',
    seconds: 240,
    types: false,
    blocks: [
      { ...shared, as: 'app/webhooks/bigmind/webhooks.ts' },
      blockOf('Next.js: app router', 'app/webhooks/bigmind/route.ts'),
      blockOf('Next.js: pages router', 'pages/api/webhooks/bigmind.ts'),
    ],
  },
];
