import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { eventNames } from '../../src';
import { examplePayload } from '../../src/testing';
import { makeStage, type Stage, startApp } from './kit/stage';

const themes = ['light', 'dark'] as const;

let stage: Stage;
let app: Awaited<ReturnType<typeof startApp>>;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-looks-'));
  app = await startApp();
  stage = await makeStage({ forward: new URL(app.url) });
  for (const event of eventNames) await stage.post(examplePayload(event));
  await stage.post(examplePayload('notes_created'), { secret: 'another secret' });
  await stage.post({ event: 'deal_won', data: {} });
  await stage.post(examplePayload('email_sent'));
  await stage.post(examplePayload('todo_created', { data: { type: 'fax' as 'email', description: undefined } }));
});

afterAll(async () => {
  await stage?.remove();
  app?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Screenshots of the documentation are taken anew with UPDATE_SCREENSHOTS=1. */
async function photograph(page: Page, name: string): Promise<void> {
  const path = join(folder, name);
  await page.screenshot({ path });
  expect(statSync(path).size).toBeGreaterThan(10_000);
  expect(statSync(path).size).toBeLessThan(250_000);
  if (process.env['UPDATE_SCREENSHOTS'] === '1') copyFileSync(path, join(__dirname, '../../docs', name));
}

describe.each(themes)('in %s', (colorScheme) => {
  test('follows the theme of the system, and looks as in the documentation', async () => {
    const { page } = await stage.open({ colorScheme });
    await page.locator('.row', { hasText: 'invalid' }).click();
    await page.locator('.has-error').first().waitFor();
    const [red = 0, green = 0, blue = 0] = await page.evaluate(() =>
      (getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []).map(Number),
    );
    const brightness = (red + green + blue) / 3;
    expect(colorScheme === 'light' ? brightness > 200 : brightness < 60).toBe(true);
    await photograph(page, `inspector-${colorScheme}.png`);
  });

  test('is readable at a width of 360 pixels: the list, then the detail over it', async () => {
    const { page, offences } = await stage.open({ colorScheme, viewport: { width: 360, height: 740 } });
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    await page.locator('.row', { hasText: 'invalid' }).waitFor();
    await expect(overflow()).resolves.toBe(false);
    await page.locator('.row', { hasText: 'invalid' }).click();
    await page.locator('.has-error').first().waitFor();
    await expect(page.locator('#list').isVisible()).resolves.toBe(false);
    await expect(overflow()).resolves.toBe(false);
    await page.getByRole('button', { name: 'Back' }).click();
    await expect(page.locator('#list').isVisible()).resolves.toBe(true);
    await expect(page.locator('#detail').isVisible()).resolves.toBe(false);
    expect(offences).toStrictEqual([]);
  });
});

test('tells the chosen row and tab apart in forced colours, where backgrounds are gone', async () => {
  const { page, offences } = await stage.open({ forcedColors: 'active' });
  await page.locator('.row', { hasText: 'invalid' }).click();
  await page.locator('.has-error').first().waitFor();
  const borders = (selector: string, side: 'borderLeftColor' | 'borderBottomColor') =>
    page.evaluate(
      ([each = '', name]) =>
        [...document.querySelectorAll(each)].map((one) => getComputedStyle(one)[name as 'borderLeftColor']),
      [selector, side],
    );
  const chosen = await borders('.tab[aria-selected=true]', 'borderBottomColor');
  const others = await borders('.tab[aria-selected=false]', 'borderBottomColor');
  expect(others).toHaveLength(4);
  expect(others).not.toContain(chosen[0]);
  const rows = await borders('.row[aria-selected=false]', 'borderLeftColor');
  expect(rows).not.toContain((await borders('.row[aria-selected=true]', 'borderLeftColor'))[0]);
  expect(offences).toStrictEqual([]);
});

test('moves nothing for those who want no motion', async () => {
  const { page } = await stage.open({ reducedMotion: 'reduce' });
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll('*')].filter((each) => getComputedStyle(each).transitionDuration !== '0s').length,
  );
  expect(moving).toBe(0);
});

test('a page without deliveries says how to get the first one, and one whose listen has ended says that', async () => {
  const empty = await makeStage();
  try {
    const { page } = await empty.open();
    await page.getByText('Waiting for the first delivery').waitFor();
    await page.getByText(`npx bigmind-webhooks send --all --url ${empty.receiver}`).waitFor();
    await page.getByRole('button', { name: 'Send an example' }).click();
    await page.locator('#detail h2', { hasText: 'notes_created' }).waitFor();
    await expect(page.locator('.row .outcome').allInnerTexts()).resolves.toEqual(['processed']);
    await empty.close();
    await page.getByText('Not connected. If listen was ended, start it again, as before.').waitFor();
  } finally {
    await empty.remove();
  }
});
