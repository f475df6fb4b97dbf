import { makeStage, type OpenPage, type Stage } from './kit/stage';

const many = 10_000;
const events = ['todo_created', 'notes_created', 'summary_created', 'email_sent'];
const outcomes = ['processed', 'processed', 'processed', 'invalid'];

let stage: Stage;
let opened: OpenPage;

beforeAll(async () => {
  stage = await makeStage();
  for (let number = 1; number <= many; number += 1) add(number);
  opened = await stage.open();
});

afterAll(async () => {
  await stage?.remove();
});

function add(number: number): void {
  const outcome = outcomes[number % 4] ?? '';
  const event = events[number % 4] ?? '';
  const body = Buffer.from(JSON.stringify({ event, data: { number, filler: 'x'.repeat(900) } }));
  stage.log.add({
    request: { method: 'POST', url: '/webhooks/bigmind', headers: {}, body },
    key: undefined,
    reason: undefined,
    app: undefined,
    summary: { receivedAt: Date.now(), event, outcome, status: outcome === 'invalid' ? 422 : 200, ms: 1 },
  });
}

/** How long the page takes from doing something to having drawn the next frame, in milliseconds. */
function timed(act: string): Promise<number> {
  return opened.page.evaluate(`new Promise((resolve) => {
    const startedAt = performance.now();
    ${act};
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - startedAt)));
  })`);
}

// A machine that is busy with seven other things needs several times what a quiet one does: 20 to 40 ms.
const soon = 400;

test('lists 10,000 deliveries with a handful of rows', async () => {
  const { page } = opened;
  await page.getByText('10,000 deliveries').waitFor();
  await expect(page.locator('[role=option]').count()).resolves.toBeLessThan(40);
  await expect(page.locator('[role=option]').first().getAttribute('aria-setsize')).resolves.toBe('10000');
});

test('scrolls to any place at once', async () => {
  const { page } = opened;
  for (const part of [0.5, 1, 0.25]) {
    const ms = await timed(
      `const list = document.getElementById('list'); list.scrollTop = list.scrollHeight * ${part}`,
    );
    expect(ms).toBeLessThan(soon);
    await expect(page.locator('[role=option]').count()).resolves.toBeLessThan(40);
    const seen = await page.evaluate(() => {
      const { left, top, height } = document.getElementById('list')?.getBoundingClientRect() ?? new DOMRect();
      return document.elementFromPoint(left + 40, top + height / 2)?.closest('[role=option]') !== null;
    });
    expect(seen).toBe(true);
  }
});

test('filters at once', async () => {
  const { page } = opened;
  const press = () => timed(`document.querySelector('#outcomes button:last-of-type').click()`);
  expect(await press()).toBeLessThan(soon);
  await page.getByText('2,500 of 10,000').waitFor();
  expect(await press()).toBeLessThan(soon);
});

test('finds one payload among them', async () => {
  const { page } = opened;
  await page.getByRole('searchbox').fill('"number":4711,');
  await page.waitForFunction(() => document.querySelectorAll('[role=option]').length === 1);
  await page.getByText('1 of 10,000').waitFor();
  await page.getByRole('searchbox').fill('');
});

test('passes by hundreds with a held key, and fetches only where it rests', async () => {
  const { page } = opened;
  let fetched = 0;
  page.on('request', (request) => (fetched += /\/api\/deliveries\/\d+$/.test(request.url()) ? 1 : 0));
  await page.keyboard.press('Escape');
  for (let step = 0; step < 100; step += 1) await page.keyboard.press('j', { delay: 0 });
  await page.locator('#detail h2').waitFor();
  expect(fetched).toBeLessThan(50);
});

test('takes 500 at once, drops the oldest, and leaves who reads further down in their place', async () => {
  const { page, offences } = opened;
  await timed("document.getElementById('list').scrollTop = 60000");
  const read = () =>
    page.evaluate(() => {
      const { left, top } = document.getElementById('list')?.getBoundingClientRect() ?? new DOMRect();
      return document.elementFromPoint(left + 40, top + 70)?.closest('[role=option]')?.id;
    });
  const before = await read();
  for (let number = 1; number <= 500; number += 1) add(many + number);
  await page.getByRole('button', { name: '↑ 500 new' }).waitFor();
  await page.waitForFunction(() => document.querySelector('[role=option]')?.getAttribute('aria-setsize') === '10000');
  await page.getByText('older ones were dropped').waitFor();
  await expect(read()).resolves.toBe(before);
  expect(stage.log.oldest).toBe(501);
  expect(offences).toStrictEqual([]);
});
