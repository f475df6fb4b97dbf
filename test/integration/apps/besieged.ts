// A receiver in a process of its own, over HTTP/1.1 with Express and over HTTP/2, that measures itself.
import { createServer } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { bigmindWebhooks } from 'bigmind-webhooks';
import express from 'express';

export interface Besieged {
  readonly port: number;
  readonly http2Port: number;
}

/** What the process took since it was asked before. */
export interface Toll {
  readonly idleMb: number;
  readonly peakMb: number;
  /** What the peak was made of: objects, and bytes outside of them. */
  readonly peakHeapMb: number;
  readonly peakBuffersMb: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  /** The part of the delay that the process itself took of the processor, whoever else ran on it. */
  readonly ownDelayP99Ms: number;
  readonly ownDelayMaxMs: number;
  readonly cpuSeconds: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** How often each note was handled. */
  readonly handled: Readonly<Record<string, number>>;
}

const { secret, readTimeoutMs } = JSON.parse(process.env['RECEIVER'] ?? '') as {
  secret: string;
  readTimeoutMs: number;
};
const outcomes: Record<string, number> = {};
const handled: Record<string, number> = {};
/** Counts instead of writing. */
function streamWrite(line: string): string {
  const { outcome } = JSON.parse(line) as { outcome?: string };
  if (outcome !== undefined) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return '';
}

const webhooks = bigmindWebhooks({ secret, readTimeoutMs, logger: { hooks: { streamWrite } } });
webhooks.on('notes_created', async ({ data }) => {
  await new Promise((resolve) => setImmediate(resolve));
  handled[data.note_id] = (handled[data.note_id] ?? 0) + 1;
});

const mb = () => process.memoryUsage.rss() / 1e6;
const cpuMicroseconds = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
const tickMs = 10;
const delay = monitorEventLoopDelay({ resolution: tickMs });
const ownDelay = createHistogram();
let cpuAtTick = 0;
setInterval(() => {
  const cpu = cpuMicroseconds();
  ownDelay.record(Math.max(1, cpu - cpuAtTick));
  cpuAtTick = cpu;
}, tickMs).unref();
let idleCpu = 0;
let idleMb = 0;
let peakMb = 0;
let peakHeapMb = 0;
let peakBuffersMb = 0;
setInterval(() => {
  if (mb() <= peakMb) return;
  peakMb = mb();
  const { heapTotal, arrayBuffers } = process.memoryUsage();
  peakHeapMb = heapTotal / 1e6;
  peakBuffersMb = arrayBuffers / 1e6;
}, 20).unref();

process.on('message', (asked) => {
  if (asked === 'begin') {
    idleMb = mb();
    peakMb = idleMb;
    delay.enable();
    delay.reset();
    idleCpu = cpuMicroseconds();
    cpuAtTick = idleCpu;
    ownDelay.reset();
    process.send?.('begun');
    return;
  }
  const [delayP99Ms, delayMaxMs] = [delay.percentile(99) / 1e6, delay.max / 1e6];
  const [ownDelayP99Ms, ownDelayMaxMs] = [ownDelay.percentile(99) / 1e3, ownDelay.max / 1e3];
  const cpuSeconds = (cpuMicroseconds() - idleCpu) / 1e6;
  const delays = { delayP99Ms, delayMaxMs, ownDelayP99Ms, ownDelayMaxMs, cpuSeconds };
  const memory = { idleMb, peakMb, peakHeapMb, peakBuffersMb };
  process.send?.({ ...memory, ...delays, outcomes, handled } satisfies Toll);
});

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function start(): Promise<void> {
  const app = express().use('/webhooks/bigmind', webhooks.router);
  const http1 = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => http1.once('listening', resolve));
  const http2 = createServer(webhooks.router);
  http2.on('sessionError', () => {});
  const http2Port = await portOf(http2);
  process.send?.({ port: (http1.address() as AddressInfo).port, http2Port } satisfies Besieged);
}

void start();
