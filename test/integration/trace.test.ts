import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpanKind } from '@opentelemetry/api';
import { build } from 'esbuild';
import { Pool } from 'pg';
import { examplePayload, signDelivery } from '../../src/testing/index';
import { packageNames } from './kit/bundle';
import { until } from './queues/bullmq-kit';
import { databaseUrl, forgetNamespaces, freshNamespace, redisUrl } from './services';

const root = join(__dirname, '../..');
const secret = 'a secret of the traces';
const schema = `traced_${randomBytes(8).toString('hex')}`;
const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-traced-'));
const program = join(folder, 'traced.cjs');
const children: ChildProcess[] = [];

interface Span {
  readonly name: string;
  readonly kind: SpanKind;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent?: string;
  readonly pid: number;
}

/** What a process tells. */
interface Told {
  readonly span?: Span;
  readonly handled?: string;
  readonly ready?: boolean;
  readonly port?: number;
}

beforeAll(async () => {
  // The packages stay outside: an instrumentation sees what is required, not what is bundled.
  await build({
    entryPoints: [join(__dirname, 'apps/traced.ts')],
    outfile: program,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    alias: packageNames,
    external: ['ajv', 'ajv-formats', 'express', 'ioredis', 'pg-boss', 'pino', '@opentelemetry/*'],
    logLevel: 'error',
  });
});

afterEach(async () => {
  await Promise.all(
    children.splice(0).map(async (child) => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  const pool = new Pool({ connectionString: databaseUrl });
  await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await pool.end();
  await forgetNamespaces();
});

function start(settings: object): readonly Told[] {
  const told: Told[] = [];
  const { PATH } = process.env;
  const child = fork(program, {
    execArgv: ['--require', join(__dirname, 'apps/instrumentation.cjs')],
    env: { PATH, NODE_PATH: join(root, 'node_modules'), TRACED: JSON.stringify(settings) },
  });
  child.on('message', (message) => told.push(message as Told));
  children.push(child);
  return told;
}

test.each(['bullmq', 'pg-boss'] as const)(
  'one trace leads from the HTTP request over the delivery, through %s, to the handler in another process',
  async (engine) => {
    const settings = { engine, secret, namespace: freshNamespace(), redisUrl, databaseUrl, schema };
    const web = start({ ...settings, role: 'web' });
    await until(() => web.some(({ ready }) => ready === true));
    const worker = start({ ...settings, role: 'worker' });
    await until(() => worker.some(({ ready }) => ready === true));
    const port = web.find((each) => each.port !== undefined)?.port;
    const delivery = signDelivery({ payload: examplePayload('notes_created'), secret });
    const { headers, body } = delivery;
    const reply = await fetch(`http://127.0.0.1:${port}/webhooks`, { method: 'POST', headers, body });
    expect([reply.status, await reply.json()]).toEqual([200, { status: 'queued' }]);
    const spans = () => [...web, ...worker].flatMap(({ span }) => (span === undefined ? [] : [span]));
    const found = (isIt: (span: Span) => boolean) => spans().find(isIt);
    // From the handler upwards, to the request.
    const wayUp = () => {
      const way: Span[] = [];
      for (let span = found(({ name }) => name === 'handler notes_created'); span !== undefined; ) {
        way.push(span);
        const { parent } = span;
        span = found(({ spanId }) => spanId === parent);
      }
      return way;
    };
    // Spans are told as they end, and those of Express may end after that of the request.
    await until(() => {
      const top = wayUp().at(-1);
      return top?.kind === SpanKind.SERVER && top.parent === undefined;
    });
    expect(worker.filter(({ handled }) => handled !== undefined)).toEqual([{ handled: 'notes_created' }]);

    const way = wayUp();
    const names = way.map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual([
      'handler notes_created',
      'process notes_created',
      'send deliveries',
      'delivery notes_created',
    ]);
    expect([way.at(-1)?.kind, way.at(-1)?.parent]).toStrictEqual([SpanKind.SERVER, undefined]);
    expect(new Set(way.map(({ traceId }) => traceId)).size).toBe(1);
    const [workerPid, webPid] = [way[0]?.pid, way.at(-1)?.pid];
    expect(workerPid).not.toBe(webPid);
    expect(way.map(({ pid }) => pid === workerPid)).toEqual(names.map((_, index) => index < 2));
    // Express is instrumented, too, and its middleware is in the same trace.
    const express = spans().filter(({ name, pid }) => pid === webPid && /middleware|router/.test(name));
    expect(express.length).toBeGreaterThan(0);
    for (const { traceId } of express) expect(traceId).toBe(way[0]?.traceId);
  },
);
