import type { Route } from 'playwright-core';
import { examplePayload } from '../../src/testing';
import { replayTo } from './kit/keys';
import { setUp } from './kit/set-up';

const held = setUp(async (stage) => {
  await stage.post(examplePayload('notes_created'));
  await stage.post(examplePayload('todo_created'), { secret: 'another secret' });
  await stage.post(examplePayload('todo_created'));
  await stage.post(
    examplePayload('todo_updated', { event: 'todo_updated', data: { type: 'fax' as 'email', todo_id: undefined } }),
  );
  await stage.post('{"event":');
});

const rows = () => held.opened.page.locator('#list [role=option]');
const row = (text: string) => rows().filter({ hasText: text });
const detail = () => held.opened.page.locator('#detail');
const tab = (name: string) => held.opened.page.getByRole('tab', { name });

test('lists what came, the newest first, with event, outcome, status and size', async () => {
  await expect(rows().locator('.row-event').allInnerTexts()).resolves.toEqual([
    '(no event)',
    'todo_updated',
    'todo_created',
    'todo_created',
    'notes_created',
  ]);
  await expect(rows().locator('.outcome').allInnerTexts()).resolves.toEqual([
    'malformed',
    'invalid',
    'processed',
    'unauthenticated',
    'processed',
  ]);
  await expect(rows().locator('.row-status').allInnerTexts()).resolves.toEqual(['400', '422', '200', '401', '200']);
  await expect(rows().first().locator('.row-size').textContent()).resolves.toBe('9 B');
});

test('shows a delivery as it comes, and says so', async () => {
  const before = await rows().count();
  await held.stage.post(examplePayload('summary_created'));
  await row('summary_created').first().waitFor();
  await expect(rows().count()).resolves.toBe(before + 1);
  await held.opened.page.locator('#announcer', { hasText: 'New delivery: summary_created, processed' }).waitFor();
});

const chip = (outcome: string) => held.opened.page.getByRole('button', { name: new RegExp(`^${outcome} `) });

test('has a button for each outcome with its number, and filters by those that are pressed', async () => {
  const { page } = held.opened;
  await expect(chip('invalid').textContent()).resolves.toBe('invalid1');
  await page.getByRole('searchbox').fill('todo_created');
  await expect(rows().count()).resolves.toBe(2);
  await chip('unauthenticated').click();
  await expect(rows().count()).resolves.toBe(1);
  await expect(page.locator('#count').textContent()).resolves.toMatch(/^1 of \d/);
  await page.getByRole('searchbox').fill('');
  await chip('invalid').click();
  const outcomes = await rows().locator('.outcome').allInnerTexts();
  expect(outcomes.toSorted()).toEqual(['invalid', 'unauthenticated']);
  await chip('invalid').click();
  await chip('unauthenticated').click();
  await expect(page.locator('#count').textContent()).resolves.toMatch(/deliveries$/);
});

test('selects the first delivery, and keeps selection and filters in the address', async () => {
  const { page } = held.opened;
  const first = await page.locator('[aria-posinset="1"] .row-event').textContent();
  await page.locator('#detail h2', { hasText: first ?? '(none)' }).waitFor();
  await page.locator('[aria-posinset="1"][aria-selected=true]').waitFor();
  await page.getByRole('searchbox').fill('TODO');
  await chip('invalid').click();
  await row('todo_updated').click();
  await page.locator('#detail h2', { hasText: 'todo_updated' }).waitFor();
  await page.reload();
  await page.locator('#detail h2', { hasText: 'todo_updated' }).waitFor();
  await expect(page.getByRole('searchbox').inputValue()).resolves.toBe('TODO');
  await expect(chip('invalid').getAttribute('aria-pressed')).resolves.toBe('true');
  await expect(rows().count()).resolves.toBe(1);
});

test('finds a delivery by a header and by its key, in any case', async () => {
  const { page } = held.opened;
  await page.getByRole('searchbox').fill('User-Agent: BIGMIND-webhooks/testing');
  await page.waitForFunction(() => document.querySelectorAll('[role=option]').length > 2);
  const { key = '' } = held.stage.log.get(1) ?? {};
  expect(key).toHaveLength(64);
  await page.getByRole('searchbox').fill(key.slice(0, 20).toUpperCase());
  await page.waitForFunction(() => document.querySelectorAll('[role=option]').length === 1);
  await expect(rows().locator('.row-event').textContent()).resolves.toBe('notes_created');
});

test('finds a delivery by what stands in its payload', async () => {
  const { page } = held.opened;
  await page.getByRole('searchbox').fill('"FAX"');
  await page.waitForFunction(() => document.querySelectorAll('[role=option]').length === 1);
  await expect(rows().locator('.row-event').textContent()).resolves.toBe('todo_updated');
  await page.getByRole('searchbox').fill('nothing has this in it');
  await page.getByText('Nothing matches').waitFor();
});

test('marks every schema error at its place, and leads from one to the next', async () => {
  const { page } = held.opened;
  await row('todo_updated').click();
  await detail().getByText('2 schema errors').waitFor();
  const wrong = detail().locator('.has-error');
  await expect(wrong.count()).resolves.toBe(2);
  await expect(wrong.filter({ hasText: 'todo_id' }).textContent()).resolves.toMatch(
    /todo_id: missingError\s*must be present/,
  );
  await expect(wrong.filter({ hasText: 'fax' }).textContent()).resolves.toMatch(/type: "fax"Error\s*must be one of/);
  await detail().getByRole('button', { name: 'Next error' }).click();
  const first = await page.locator('[role=treeitem]:focus > .node').textContent();
  await detail().getByRole('button', { name: 'Next error' }).click();
  const second = await page.locator('[role=treeitem]:focus > .node').textContent();
  expect([first, second].map((text) => text?.includes('must be')).concat(first !== second)).toEqual([true, true, true]);
});

test('explains a signature that matches, with the line that pins it', async () => {
  await row('notes_created').click();
  await tab('Signature').click();
  await detail().getByText('The secret signs these bytes.').waitFor();
  await expect(detail().locator('.pin code').textContent()).resolves.toContain(
    "hmac({ header: 'x-bigmind-signature' })",
  );
  await expect(detail().locator('.step.match .facts').textContent()).resolves.toMatch(/sha256, hex/);
});

test('explains a signature that does not match: what came, and what the secret gives', async () => {
  await row('unauthenticated').click();
  await detail().getByText('Not signed by this secret').waitFor();
  const facts = await detail().locator('.step.differs .facts').textContent();
  expect(facts).toMatch(/Came[0-9a-f]{8}…Secret gives[0-9a-f]{8}…/);
  await expect(detail().locator('.causes').textContent()).resolves.toMatch(/secret/);
  await expect(held.opened.page.content()).resolves.not.toContain(signatureOf());
});

function signatureOf(): string {
  const logged = held.stage.log.get(2);
  return logged?.request.headers['x-bigmind-signature'] ?? 'no signature';
}

test('lists the attempts of the same bytes together', async () => {
  await row('attempt 2').click();
  await tab('Attempts').click();
  await expect(detail().locator('.attempt .outcome').allInnerTexts()).resolves.toEqual([
    'unauthenticated',
    'processed',
  ]);
  await detail().locator('.attempt').first().click();
  await detail().getByText('#2').waitFor();
});

test('replays a delivery to an address, byte for byte, and shows the answer', async () => {
  const { page } = held.opened;
  await row('notes_created').click();
  await detail().getByRole('button', { name: 'Replay' }).click();
  await page.getByLabel('Address').fill(held.app.url);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('dialog').getByText('Answered 200').waitFor();
  const { request } = held.stage.log.get(1) ?? {};
  expect(held.app.came.at(-1)?.body).toEqual(request?.body);
  expect(held.app.came.at(-1)?.headers['x-bigmind-signature']).toBe(request?.headers['x-bigmind-signature']);
  await page.getByRole('button', { name: 'Close' }).click();
  await tab('App').getByText('200').waitFor();
});

test('says what is wrong when the app is not there', async () => {
  const { page } = held.opened;
  await row('notes_created').click();
  await replayTo(page, 'http://127.0.0.1:1/');
  await page.getByRole('dialog').getByText('Nothing listens at 127.0.0.1:1').waitFor();
});

test('does all of it by keyboard alone', async () => {
  const { page } = held.opened;
  const active = () => page.evaluate(() => document.activeElement?.id);
  await page.keyboard.press('/');
  await page.keyboard.type('todo');
  await page.waitForFunction(() => document.querySelectorAll('[role=option]').length === 3);
  await page.keyboard.press('ArrowDown');
  await expect(active()).resolves.toBe('list');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.locator('[role=option][aria-selected=true]', { hasText: 'todo_updated' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('#detail h2:focus').waitFor();
  await page.keyboard.press('n');
  await page.locator('[role=treeitem]:focus > .has-error').waitFor();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('[role=treeitem]:focus').getAttribute('aria-expanded')).resolves.toBe('false');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.locator('[role=treeitem]:focus', { hasText: 'event:' }).waitFor();
  await page.keyboard.press('2');
  await page.locator('[role=tab][aria-selected=true]:focus', { hasText: 'Signature' }).waitFor();
  await page.keyboard.press('r');
  await page.locator('#replay-url:focus').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(active()).resolves.toBe('list');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('searchbox').inputValue()).resolves.toBe('');
});

test('an answer that comes late takes nothing away from who reads the one that was asked for after it', async () => {
  const { page } = held.opened;
  let first: Route | undefined;
  await page.route('**/api/deliveries/*', async (route) => {
    if (first !== undefined) return route.continue();
    first = route;
  });
  const asked = page.waitForRequest('**/api/deliveries/*');
  await page.keyboard.press('j');
  await asked;
  await page.keyboard.press('Enter');
  await page.locator('#detail h2:focus').waitFor();
  const late = page.waitForResponse('**/api/deliveries/*');
  await first?.continue();
  await (await late).finished();
  // The page has the answer before it does anything else that we ask of it.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  await expect(page.locator('#detail h2:focus').count()).resolves.toBe(1);
});

test('gives the keys back to the delivery when the replay is done', async () => {
  const { page } = held.opened;
  await row('notes_created').click();
  await page.locator('#detail h2').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('#detail h2:focus').waitFor();
  await replayTo(page, held.app.url);
  await page.getByRole('dialog').getByText('Answered 200').waitFor();
  await page.getByRole('tab', { name: 'App', selected: true, includeHidden: true }).waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');
  await page.locator('#detail h2:focus').waitFor();
});

test('copies a delivery as a line for the shell', async () => {
  const { page } = held.opened;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await row('notes_created').click();
  await detail().getByRole('button', { name: 'Copy as curl' }).click();
  await detail().getByRole('button', { name: 'Copied' }).waitFor();
  await expect(page.evaluate(() => navigator.clipboard.readText())).resolves.toMatch(
    /^curl -i -X POST .* --data-raw '\{"event":"notes_created".*' 'http:\/\/127\.0\.0\.1:\d+\/webhooks\/bigmind'$/m,
  );
});
