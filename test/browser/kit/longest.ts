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
