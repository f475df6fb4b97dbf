const group = 'Bundlers';
const express = { express: '5.3.0' };
const bundled = { house: 'bundles', main: 'bundle.mjs' };

const tools = [
  { name: 'esbuild, CommonJS', packages: { esbuild: '0.28.2' }, args: ['esbuild-cjs'] },
  { name: 'esbuild, ESM with a createRequire banner', packages: { esbuild: '0.28.2' }, args: ['esbuild-esm'] },
  { name: 'webpack', packages: { webpack: '5.112.2' }, args: ['webpack'] },
  {
    name: 'rollup, with a createRequire banner',
    packages: {
      rollup: '4.68.8',
      '@rollup/plugin-node-resolve': '16.0.3',
      '@rollup/plugin-commonjs': '29.0.3',
      '@rollup/plugin-json': '6.1.0',
    },
    args: ['rollup'],
  },
  { name: 'vite, for the server', packages: { vite: '8.3.8' }, args: ['vite'] },
  { name: 'ncc', packages: { '@vercel/ncc': '0.45.0' }, args: ['ncc'] },
];

const queue = { bullmq: '5.79.4', ioredis: '5.11.1' };
const withQueue = [
  { name: 'esbuild, with BullMQ passed as `bullmq`', packages: { esbuild: '0.28.2' }, args: ['esbuild-cjs', 'queue'] },
  { name: 'webpack, with BullMQ passed as `bullmq`', packages: { webpack: '5.112.2' }, args: ['webpack', 'queue'] },
];

const appRows = tools.map(({ name, packages, args }) => ({
  group,
  name,
  packages,
  installed: { ...packages, ...express },
  args,
  ...bundled,
}));

const queueRows = withQueue.map(({ name, packages, args }) => ({
  group,
  name,
  packages: { ...packages, ...queue },
  args,
  services: ['redis'],
  ...bundled,
}));

export const rows = [...appRows, ...queueRows];
