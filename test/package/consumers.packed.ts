import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expressVersions, installed, run } from './install';

describe.each(expressVersions)('with Express %s', (version) => {
  const folder = installed().consumers[version];
  const tsc = (project: string) => run(folder, process.execPath, 'node_modules/typescript/bin/tsc', '-p', project);
  const node = (...args: string[]) => run(folder, process.execPath, ...args);

  test('the Express that is installed is the one that is meant', () => {
    const found = JSON.parse(readFileSync(join(folder, 'node_modules/express/package.json'), 'utf8')) as {
      version: string;
    };
    expect(found.version).toMatch(new RegExp(`^${version}\\.`));
  });

  test.each(['deliver.mjs', 'deliver.cjs'])('JavaScript receives over HTTP: %s', (file) => {
    expect(node(`javascript/${file}`)).toBe('received\n');
  });

  test('loading the core brings in neither Express nor a driver nor our tools', () => {
    const loaded = JSON.parse(node('javascript/loaded.cjs')) as { packages: string[]; folders: string[] };
    expect(loaded.packages).toEqual(expect.arrayContaining(['ajv', 'bigmind-webhooks', 'pino']));
    for (const name of ['express', 'redis', 'ioredis', 'pg', 'pg-boss', 'bullmq', '@opentelemetry/api']) {
      expect(loaded.packages).not.toContain(name);
    }
    expect(loaded.folders).toEqual(expect.arrayContaining(['events', 'signatures']));
    for (const name of ['cli', 'testing', 'stores', 'queues', 'journals']) expect(loaded.folders).not.toContain(name);
  });

  test('TypeScript compiles it under every flag, and what comes out receives: Node16, ESM and CommonJS', () => {
    expect(tsc('typescript/tsconfig.json')).toBe('');
    expect(node('typescript/built/node16/deliver.mjs')).toBe('received\n');
    expect(node('typescript/built/node16/deliver.cjs')).toBe('received\n');
  });

  test('TypeScript compiles it with the resolution of bundlers', () => {
    expect(tsc('typescript/tsconfig.bundler.json')).toBe('');
  });

  test('TypeScript compiles it with the old resolution and without esModuleInterop', () => {
    expect(tsc('typescript/tsconfig.classic.json')).toBe('');
    expect(node('typescript/built/classic/classic.js')).toBe('received\n');
  });

  test('TypeScript compiles it where nothing else brings types in', () => {
    expect(tsc('typescript/tsconfig.without-express.json')).toBe('');
    expect(node('typescript/built/without-express/without-express.mjs')).toBe('received\n');
  });
});
