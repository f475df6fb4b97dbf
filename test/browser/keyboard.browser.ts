import type { Page } from 'playwright-core';
import { examplePayload } from '../../src/testing';
import { openByKeys, pressByKeys, tabTo } from './kit/keys';
import { setUp } from './kit/set-up';

const held = setUp(async (stage) => {
  const post = (body: string, note: string) =>
    fetch(stage.receiver, { method: 'POST', headers: { 'webhook-id': 'msg_1', 'x-note': note }, body });
  await stage.post(examplePayload('notes_created'));
  await post('{"event":"tried","data":{"title":"old"}}', 'first_try');
  await post('{"event":"tried","data":{"title":"new"}}', 'second_try');
  const run = examplePayload('agent_run_completed');
  const tools = [...Array<string>(9900).fill('t'), 1 as unknown as string];
  await stage.post({ ...run, data: { ...run.data, tools_used: tools, last_of_all: true } });
});
let page: Page;

beforeEach(async () => {
  page = held.opened.page;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  // An error in the console fails the test.
  await page.evaluate(() => {
    const refuse = () => console.error('a pointer was used');
    for (const type of ['pointerdown', 'mousemove']) document.addEventListener(type, refuse, true);
  });
});

const active = () => page.evaluate(() => document.activeElement?.textContent ?? '');
const clipboard = () => page.evaluate(() => navigator.clipboard.readText());

test('selects, filters by an outcome, and goes back to all', async () => {
  await page.keyboard.press('ArrowDown');
  await page.locator('[aria-posinset="2"][aria-selected=true]').waitFor();
  await page.keyboard.press('End');
  await page.locator('.row[aria-selected=true]', { hasText: 'notes_created' }).waitFor();
  await page.keyboard.press('/');
  await tabTo(page, /^processed/);
  await page.keyboard.press('Space');
  await page.getByText(/^1 of \d/).waitFor();
  await page.keyboard.press('Space');
  await page.getByText('4 deliveries').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('no such thing');
  await page.getByText('Nothing matches').waitFor();
  await pressByKeys(page, 'Clear the filter');
  await page.locator('.row', { hasText: 'notes_created' }).waitFor();
});

test('compares attempts, copies, and closes', async () => {
  await openByKeys(page, 'second_try');
  await page.keyboard.press('5');
  await pressByKeys(page, 'Compare with attempt 1');
  await page.locator('.diff', { hasText: '/data/title' }).waitFor();
  await pressByKeys(page, 'Copy as curl', 'Shift+Tab');
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await clipboard()).toMatch(/^curl -i -X POST .*"title":"new"/);
  await page.keyboard.press('Escape');
  await page.locator('#list:focus').waitFor();
});

test('copies a value and its path from the payload', async () => {
  await openByKeys(page, 'first_try');
  await page.keyboard.press('1');
  await tabTo(page, /^▾/);
  await page.keyboard.press('End');
  expect(await active()).toContain('title:');
  for (const [name, copied] of [
    ['Copy value', 'old'],
    ['Copy path', 'data.title'],
  ] as const) {
    await pressByKeys(page, name, 'Shift+Tab');
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await clipboard()).toBe(copied);
    await page.getByRole('button', { name }).waitFor();
  }
});

test('reaches an error among ten thousand values, and what stands around it, without making them all', async () => {
  await openByKeys(page, 'last_of_all');
  await pressByKeys(page, 'Read all of it');
  await page.getByText('1 schema error').waitFor();
  await page.locator('#detail h2:focus').waitFor();
  await page.keyboard.press('n');
  const focused = page.locator('[role=treeitem]:focus');
  await focused.filter({ hasText: '9900' }).waitFor();
  expect(await page.getByRole('treeitem').count()).toBeLessThan(300);
  await page.keyboard.press('ArrowDown');
  expect(await active()).toContain('message_count:');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  // What stands before it is not made: above it is the end of the first hundred.
  expect(await active()).toMatch(/^99 /);
  await page.keyboard.press('ArrowDown');
  expect(await active()).toMatch(/^100 /);
  await page.getByText('9,700 more items').waitFor();
});

test('looks at the shortcuts, and goes to new deliveries from their strip', async () => {
  await page.setViewportSize({ width: 1280, height: 300 });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
  await pressByKeys(page, 'Close');
  await page.locator('#list:focus').waitFor();
  await page.keyboard.press('End');
  await held.stage.post(examplePayload('email_sent'));
  await page.getByText('↑ 1 new').waitFor();
  await pressByKeys(page, '↑ 1 new', 'Shift+Tab');
  await page.locator('.row', { hasText: 'email_sent' }).waitFor();
  await page.locator('#list:focus').waitFor();
  await page.keyboard.press('g');
  await page.locator('.row[aria-selected=true]', { hasText: 'email_sent' }).waitFor();
});

test('a key is for the delivery selected last, even before it is shown', async () => {
  await openByKeys(page, 'second_try');
  await page.route('**/api/deliveries/*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await route.continue();
  });
  const selected = page.locator('#detail h2', { hasText: 'notes_created' });
  await page.keyboard.press('/');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('notes_created');
  await page.waitForFunction(() => document.querySelectorAll('[role=option]').length === 1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('4');
  await selected.waitFor();
  await page.locator('[role=tab][aria-selected=true]:nth-child(4)').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.press('Escape');
  await page.locator('[role=option]').nth(1).waitFor();
  await page.keyboard.press('Home');
  await page.keyboard.press('r');
  const newest = await page.locator('[aria-posinset="1"][aria-selected=true]').getAttribute('data-id');
  await page.getByRole('dialog', { name: `Replay #${newest}` }).waitFor();
});
