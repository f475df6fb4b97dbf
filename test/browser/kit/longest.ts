import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

// How long nothing else could be done, in milliseconds of computing time: what a busy machine gives to others does not count.

/** Runs something, and returns the longest task of the page meanwhile. */
export async function longestTaskOf(page: Page, act: () => Promise<unknown>): Promise<number> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('The page has no browser.');
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] });
  await act();
  // What was asked for last is drawn, and told of.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100))));
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map((each) => `${each.pid} ${each.tid}`),
  );
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === 'RunTask' && mains.has(`${pid} ${tid}`));
  if (tasks.length === 0) throw new Error('The browser told of no task.');
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
}

/** As Chromium writes it; `tdur` is the computing time in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Runs something, and returns the longest turn of the event loop of this process, which serves the page. */
export async function longestTurn(act: () => Promise<unknown>): Promise<number> {
  let last = computed();
  let most = 0;
  const timer = setInterval(() => {
    const now = computed();
    most = Math.max(most, now - last);
    last = now;
  }, 1);
  await act();
  clearInterval(timer);
  return most;
}

/** What the main thread has computed so far, in milliseconds. */
function computed(): number {
  const [nanoseconds = ''] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1e6;
}

/** How long something took in the page, and in this process, in milliseconds. */
export interface Took {
  readonly page: number;
  readonly listen: number;
}

/**
 * How long the same computation takes at present, in milliseconds, in the page and in this process. On a machine that
 * others keep busy, computing time is several times as long as on a quiet one.
 */
export async function yardstick(page: Page): Promise<Took> {
  const before = computed();
  compute();
  const listen = computed() - before;
  return { page: await page.evaluate(compute), listen };
}

/** Returns the milliseconds that it took. Runs in the page, too, so it names nothing outside. */
function compute(): number {
  const start = performance.now();
  const text = JSON.stringify(Array.from({ length: 100_000 }, (_, number) => ({ number: `${number}` })));
  if ((JSON.parse(text) as unknown[]).length !== 100_000) throw new Error('It was read wrong.');
  return performance.now() - start;
}
