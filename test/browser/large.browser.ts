import { makeStage, type OpenPage, type Stage } from './kit/stage';

/** The length of each body, in characters. */
const length = 1_000_000;

/** No task of the page or of `listen` may take longer, in milliseconds. */
const longest = 50;

/** Each is tried so often, and its best counts: on a busy machine, every task may have to wait. */
const tries = 6;

const repeated = (text: string) => text.repeat(length / text.length);
const names = Array.from({ length: length / 11 }, (_, key) => `"k${key}":1`).join(',');
const bodies = {
  'nested lists': `{"event":"todo_created","data":${'[[],'.repeat(length / 4)}1${']'.repeat(length / 4)}}`,
  'wide lists': `{"event":"todo_created","data":[${repeated('[],')}1]}`,
  'many names': `{"event":"todo_created","data":{${names}}}`,
  'invisible characters': repeated('x\u0001'),
  'line ends': repeated('\n'),
  'one long word': `{"event":"todo_created","data":"${repeated('w')}"}`,
  'just short enough': `{"event":"todo_created","data":{${names.slice(0, 2400 * 9)}":1}}`,
};

let stage: Stage;
let opened: OpenPage;

beforeAll(async () => {
  stage = await makeStage();
  await stage.post({ event: 'the_first' });
  opened = await stage.open();
  await opened.page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(globalThis, { seen });
    new PerformanceObserver((list) => {
      seen.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask' });
  });
});

afterAll(async () => {
  expect(opened.offences).toStrictEqual([]);
  await stage?.remove();
});

/** The longest task of the page since the last call; 0 if none was long. */
function longestOfPage(): Promise<number> {
  return opened.page.evaluate(async () => {
    // The browser tells of a task after the frame that follows it.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)));
    return Math.max(0, ...((globalThis as { seen?: number[] }).seen?.splice(0) ?? []));
  });
}

/** Runs something, and returns for how long this process, which serves the page, did nothing else at most. */
async function longestOfServer(act: () => Promise<unknown>): Promise<number> {
  let last = performance.now();
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, performance.now() - last);
    last = performance.now();
  }, 1);
  await act();
  clearInterval(timer);
  return most;
}

test.each(Object.entries(bodies))('a hostile body of %s holds up neither the page nor listen', async (_what, body) => {
  const { page } = opened;
  const bytes = Buffer.from(body);
  const best = {
    received: Number.POSITIVE_INFINITY,
    served: Number.POSITIVE_INFINITY,
    shown: Number.POSITIVE_INFINITY,
  };
  for (let left = tries; left > 0 && Math.max(...Object.values(best)) > longest; left -= 1) {
    await longestOfPage();
    const receive = () => fetch(stage.receiver, { method: 'POST', body: bytes });
    best.received = Math.min(best.received, await longestOfServer(receive));
    const id = stage.log.latest;
    await page.locator(`#delivery-${id}`).waitFor();
    const show = async () => {
      await page.locator(`#delivery-${id}`).click();
      await page.locator('.head-facts', { hasText: `#${id}` }).waitFor();
      await page.keyboard.press('1');
      await page.locator('.payload').waitFor();
    };
    best.served = Math.min(best.served, await longestOfServer(show));
    best.shown = Math.min(best.shown, await longestOfPage());
  }
  expect(best.received).toBeLessThan(longest);
  expect(best.served).toBeLessThan(longest);
  expect(best.shown).toBeLessThan(longest);
});

test('reads a large body when it is asked to', async () => {
  const { page } = opened;
  await stage.post(bodies['one long word']);
  await page.locator(`#delivery-${stage.log.latest}`).click();
  await page.locator('.head-facts', { hasText: `#${stage.log.latest}` }).waitFor();
  await page.keyboard.press('1');
  await page.getByText('not explained').waitFor();
  await page.getByRole('button', { name: 'Read all of it' }).click();
  await page.getByRole('tree').waitFor();
  await page.getByText('genuine').waitFor();
  await expect(page.getByRole('treeitem').count()).resolves.toBeLessThan(10);
});
