import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { examplePayload } from '../../src/testing';
import { sendAllKinds } from './kit/all-kinds';
import { violations } from './kit/axe';
import { openByKeys, pressByKeys, replayTo } from './kit/keys';
import { makeStage, type OpenPage, type Stage, startApp } from './kit/stage';

/** Each state is looked at so, without colours that change slowly, the first time by all rules. What depends on colours and widths is looked at again. */
const looks = [
  { width: 360, media: {}, rules: [] },
  { width: 900, media: { colorScheme: 'dark' }, rules: ['color-contrast'] },
  { width: 1920, media: {}, rules: ['scrollable-region-focusable', 'target-size'] },
  { width: 1280, media: { forcedColors: 'active' }, rules: ['color-contrast'] },
] as const;

/** `listen` with an app, `listen` without a secret, and one that nothing came to. */
let stages: { readonly app: Stage; readonly unchecked: Stage; readonly empty: Stage };
let app: Awaited<ReturnType<typeof startApp>>;
const seen = new Set<string>();

beforeAll(async () => {
  app = await startApp();
  const forward = new URL(app.url);
  stages = {
    app: await makeStage({ forward }),
    unchecked: await makeStage({
      secret: undefined,
      forward: new URL('http://127.0.0.1:1/'),
      bounds: { mostDeliveries: 3 },
    }),
    empty: await makeStage(),
  };
  await sendAllKinds(stages.app);
  for (const event of ['dropped', 'todo_created', 'deal_won', 'unsent']) await stages.unchecked.post({ event });
});

afterAll(async () => {
  for (const stage of Object.values(stages)) await stage.remove();
  app.close();
});

interface State {
  readonly stage?: keyof typeof stages;
  /** Goes there from the page as it opens, by keyboard alone. */
  readonly go: (page: Page) => Promise<unknown>;
  /** What is there then. */
  readonly shows: string | RegExp;
}

const opens =
  (text: string, ...keys: readonly string[]) =>
  async (page: Page): Promise<void> => {
    await openByKeys(page, text);
    for (const key of keys) await page.keyboard.press(key);
  };

/** Opens the editor, and writes a payload. */
const edits =
  (text: string) =>
  async (page: Page): Promise<void> => {
    await openByKeys(page, 'the_same_again');
    await page.keyboard.press('e');
    await page.locator('#replay-text:focus').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  };

async function replaysTo(page: Page, url: string): Promise<void> {
  await replayTo(page, url);
  await page.locator('#replay .answer, #replay .reason').waitFor();
}

const states: Readonly<Record<string, State>> = {
  'nothing has come': { stage: 'empty', go: async () => undefined, shows: 'Waiting for the first delivery' },
  'signatures are not checked, older ones were dropped': {
    stage: 'unchecked',
    go: opens('deal_won', '2'),
    shows: 'Not checked',
  },
  'the app did not answer': { stage: 'unchecked', go: opens('unsent', '3'), shows: 'No answer' },
  'the list': { go: (page) => page.keyboard.press('Home'), shows: '13 deliveries' },
  'nothing matches': {
    go: async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('nothing has this in it');
    },
    shows: 'Nothing matches',
  },
  'outcomes are pressed': {
    go: async (page) => {
      await page.keyboard.press('/');
      await pressByKeys(page, /^invalid/);
      await pressByKeys(page, /^malformed/);
    },
    shows: /^\d of \d/,
  },
  'a valid payload': { go: opens('the_same_again'), shows: 'valid' },
  'a payload with errors, at the first': { go: opens('"fax"', 'n'), shows: 'Next error' },
  'a payload as it came': {
    go: async (page) => {
      await openByKeys(page, 'deal_won');
      await pressByKeys(page, 'As it came');
    },
    shows: /xxxx/,
  },
  'invisible characters and long texts': { go: opens('deal_won'), shows: '… 300 more characters' },
  'a list that is shown in part': {
    go: async (page) => {
      await openByKeys(page, 'list_of_many');
      await pressByKeys(page, 'Unfold');
    },
    shows: '200 more items',
  },
  'a body that is not JSON': { go: opens('broken_one'), shows: 'Line 3, column 12' },
  'a large body': { go: opens('large_one'), shows: 'Read all of it' },
  'a large body that was read': {
    go: async (page) => {
      await openByKeys(page, 'large_one');
      await pressByKeys(page, 'Read all of it');
    },
    shows: '6,000 items',
  },
  'the signature of a large body': { go: opens('large_one', '2'), shows: 'Explain it' },
  'a body that is no text': { go: opens('x-note: no_text', '1'), shows: /not UTF-8 text/ },
  'an empty body': { go: opens('x-note: empty_one', '1'), shows: 'The body is empty.' },
  'a signature that matches': { go: opens('the_same_again', '2'), shows: 'Configuration that pins it' },
  'a signature that does not': { go: opens('email_sent'), shows: 'What was tried' },
  'no app': { stage: 'empty', go: async () => undefined, shows: 'Send an example' },
  "an app's answer": { go: opens('deal_won', '3'), shows: /"app": "was here"/ },
  'earlier answers, unfolded': {
    go: async (page) => {
      await openByKeys(page, 'list_of_many');
      for (const url of [app.url, 'http://127.0.0.1:1/']) {
        await replaysTo(page, url);
        await page.keyboard.press('Escape');
      }
      await page.keyboard.press('3');
      await pressByKeys(page, /^Answered 200 after/);
    },
    shows: 'Replayed',
  },
  headers: { go: opens('deal_won', '4'), shows: 'x-bigmind-signature' },
  'the rest of a long text': {
    go: async (page) => {
      await openByKeys(page, 'deal_won');
      await pressByKeys(page, '… 300 more characters');
    },
    shows: /^x+$/,
  },
  'attempts with a key': { go: opens('the_same_again', '5'), shows: 'Idempotency key' },
  'one attempt': { go: opens('deal_won', '5'), shows: 'Attempt 1' },
  'what changed between two attempts': {
    go: async (page) => {
      await openByKeys(page, 'second_try');
      await page.keyboard.press('5');
      await pressByKeys(page, 'Compare with attempt 1');
    },
    shows: '/data/title',
  },
  'no delivery': { go: opens('stray_one'), shows: /PUT is no delivery|No delivery/ },
  'a replay': { go: opens('deal_won', 'r'), shows: 'Sends the delivery once more' },
  'a replay that was answered': {
    go: async (page) => {
      await openByKeys(page, 'the_same_again');
      await replaysTo(page, app.url);
    },
    shows: 'Answered 200',
  },
  'a replay to an address that cannot be': {
    go: async (page) => {
      await openByKeys(page, 'the_same_again');
      await replaysTo(page, 'ftp://nowhere/');
    },
    shows: 'The address cannot be used',
  },
  'an edited payload that fits': { go: edits(JSON.stringify(examplePayload('todo_created'))), shows: 'It fits' },
  'an edited payload with errors': { go: edits('{"event":"todo_created"}'), shows: /schema error/ },
  'an edited payload that is not JSON': { go: edits('{'), shows: 'It is not JSON.' },
  'an edited payload with errors, sent': {
    go: async (page) => {
      await edits('{"event":"todo_created"}')(page);
      await page.locator('#replay .checked li').first().waitFor();
      await pressByKeys(page, 'Send');
    },
    shows: 'Sent edited and signed again.',
  },
  'a payload that cannot be edited': { go: opens('large_one', 'e'), shows: 'too large for that' },
  'the shortcuts': { go: (page) => page.keyboard.press('?'), shows: 'Edit and send again' },
  'a strip: new ones above': {
    go: async (page) => {
      await page.setViewportSize({ width: 1280, height: 420 });
      await page.keyboard.press('End');
      for (let sent = 0; sent < 2; sent += 1) await stages.app.post({ event: 'deal_lost', sent });
    },
    shows: '↑ 2 new',
  },
  'listen has ended': {
    stage: 'empty',
    go: () => stages.empty.close(),
    shows: 'Not connected. If listen was ended',
  },
};

test.each(Object.entries(states))('axe finds nothing, at any width and in any colours: %s', async (_name, state) => {
  const { page, offences }: OpenPage = await stages[state.stage ?? 'app'].open({ reducedMotion: 'reduce' });
  await page.evaluate(() =>
    document.addEventListener('pointerdown', () => (document.title = 'a pointer was used'), true),
  );
  page.setDefaultTimeout(15_000);
  await state.go(page);
  await page.getByText(state.shows).filter({ visible: true }).first().waitFor();
  const wrong: string[] = [];
  for (const { width, media, rules } of looks) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', reducedMotion: 'reduce', ...media });
    wrong.push(...(await violations(page, rules)).map((each) => `at ${width}: ${each}`));
    const overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    if (overflows) wrong.push(`at ${width}: it is wider than the window`);
  }
  for (const name of await page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((each) => [...each.classList]),
  ))
    seen.add(name);
  expect(wrong).toStrictEqual([]);
  await expect(page.title()).resolves.toBe('Bigmind webhooks inspector');
  // The browser itself tells of requests that were refused, or that nobody answered.
  expect(offences.filter((each) => !each.startsWith('console: Failed to load resource'))).toStrictEqual([]);
  await page.context().close();
});

test('these are all states: each class that the style sheets know was on the page', () => {
  const folder = join(__dirname, '../../src/cli/inspector/page');
  const sheets = readdirSync(folder).filter((file) => file.endsWith('.css'));
  const styled = sheets.flatMap((file) => {
    const rules = readFileSync(join(folder, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\{[^{}]*\}|"[^"]*"/g, '{');
    return [...rules.matchAll(/\.([a-z][\w-]*)/g)].map(([, name = '']) => name);
  });
  expect(styled.length).toBeGreaterThan(100);
  expect([...new Set(styled)].filter((name) => !seen.has(name))).toStrictEqual([]);
});
