import { signDelivery } from '../../src/testing';
import { hostileBodies } from './kit/hostile-bodies';
import { replayTo } from './kit/keys';
import { longestTaskOf, longestTurn, type Took, yardstick } from './kit/longest';
import { makeStage, type OpenPage, type Stage, secret, startApp } from './kit/stage';

/**
 * No task of the page or of `listen` may take longer, in milliseconds. Browsers call a task of 50 ms long; a machine that
 * runs two of them at once takes twice as long.
 */
const longest = 100;
/** On a machine that is slower at present, it may take so many times the yardstick: that is as long on a quiet machine. */
const longestInYardsticks = 3;

/** Each is tried so often, and its best counts: what else runs on a machine makes a task longer, and never shorter. */
const tries = 5;

let stage: Stage;
let opened: OpenPage;

beforeAll(async () => {
  stage = await makeStage();
  await stage.post({ event: 'the_first' });
  opened = await stage.open();
});

afterAll(async () => {
  expect(opened.offences).toStrictEqual([]);
  await stage?.remove();
});

const post = (body: string | Buffer, headers = {}) =>
  fetch(stage.receiver, { method: 'POST', headers, body: Buffer.from(body) as BodyInit });

/** Opens the latest delivery. */
async function openLatest(): Promise<void> {
  const { page } = opened;
  const id = stage.log.latest;
  await page.locator(`#delivery-${id}`).click();
  await page.locator('.head-facts', { hasText: `#${id}` }).waitFor();
  await page.keyboard.press('1');
  await page.locator('.payload').waitFor();
}

/** Asks for all that the page can show of a body. */
async function askForAll(): Promise<void> {
  const { page } = opened;
  const press = async (name: string | RegExp) => {
    const found = page.locator('.payload').getByRole('button', { name }).last();
    if ((await found.count()) > 0) await found.click();
  };
  await press('Read all of it');
  await page.locator('.tab-state', { hasText: 'not read' }).waitFor({ state: 'detached' });
  for (const name of [/more/, 'Next error', 'Unfold', 'As it came', /more/, /more/]) await press(name);
}

/** Does things one after the other, and returns what took whom too long in every try. */
async function tooLong(steps: Readonly<Record<string, () => Promise<unknown>>>): Promise<string[]> {
  let slow: ReadonlyMap<string, string> | undefined;
  for (let left = tries; left > 0 && slow?.size !== 0; left -= 1) {
    const slowNow = new Map<string, string>();
    for (const [name, step] of Object.entries(steps)) {
      let listen = 0;
      const page = await longestTaskOf(opened.page, async () => {
        listen = await longestTurn(step);
      });
      for (const [what, text] of await tooLongIn(name, { listen, page })) {
        if (slow === undefined || slow.has(what)) slowNow.set(what, text);
      }
    }
    slow = slowNow;
  }
  return [...(slow?.values() ?? [])];
}

/** What of a step took too long, and how long. */
async function tooLongIn(name: string, took: Took): Promise<[string, string][]> {
  if (Math.max(took.listen, took.page) <= longest) return [];
  const sticks = await yardstick(opened.page);
  return (['listen', 'page'] as const)
    .filter((who) => took[who] > Math.max(longest, longestInYardsticks * sticks[who]))
    .map((who) => [`${who}, ${name}`, `${who}, ${name}: ${took[who]} ms, and the yardstick ${sticks[who]} ms`]);
}

test.each(Object.entries(hostileBodies))(
  'a hostile body of %s holds up neither the page nor listen',
  async (_what, body) => {
    const { headers } = signDelivery({ payload: body.toString(), secret });
    const slow = await tooLong({
      refused: () => post(body),
      genuine: () => post(body, headers),
      opened: openLatest,
      read: askForAll,
    });
    expect(slow).toStrictEqual([]);
  },
);

const answers = {
  numbers: `[${'1,'.repeat(32_000)}1]`,
  lists: '['.repeat(65_000),
  'line ends': '\n'.repeat(65_000),
  'invisible characters': '\u0001'.repeat(65_000),
  'characters that turn text around': '\u202e'.repeat(21_000),
};

test.each(Object.entries(answers))('an answer of the app of %s holds up neither', async (_what, answer) => {
  const { page } = opened;
  const app = await startApp(200, answer);
  await stage.post({ event: 'answered' });
  await openLatest();
  const replay = async () => {
    await replayTo(page, app.url);
    await page.getByRole('dialog').getByText('Answered 200').waitFor();
    await page.keyboard.press('Escape');
  };
  const logged = stage.log.get(stage.log.latest);
  if (logged === undefined) throw new Error('It is held.');
  for (let before = 0; before < 18; before += 1) {
    stage.log.addReplay(logged, { url: app.url, ms: 1, status: 200, text: answer });
  }
  const slow = await tooLong({
    replayed: replay,
    shown: async () => {
      await page.keyboard.press('3');
      await page.locator('.earlier').first().click();
    },
  });
  app.close();
  expect(slow).toStrictEqual([]);
});

test('what is shown of a large body grows with what is asked for, not with the body', async () => {
  const { page } = opened;
  const { headers } = signDelivery({ payload: hostileBodies['a wide list'], secret });
  await post(hostileBodies['a wide list'] ?? '', headers);
  await openLatest();
  await page.getByRole('button', { name: 'Read all of it' }).click();
  await page.getByText('333,334 items').waitFor();
  await page.locator('.node', { hasText: 'data:' }).click();
  await page.getByText('333,234 more items').waitFor();
  const items = () => page.locator('[role=treeitem]').count();
  expect(await items()).toBeLessThan(110);
  await page.getByText('333,234 more items').click();
  await page.getByText('333,134 more items').waitFor();
  expect(await items()).toBeLessThan(210);
  await page.getByText('genuine').waitFor();
});
