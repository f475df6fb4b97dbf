import type { Route } from 'playwright-core';
import { examplePayload } from '../../src/testing';
import { setUp } from './kit/set-up';

const held = setUp(async (stage) => {
  await stage.post(examplePayload('todo_created'));
  await fetch(stage.receiver, { method: 'POST', body: Buffer.from([0x22, 0xff, 0x22]) });
});

beforeEach(async () => {
  await held.opened.page.locator('.row', { hasText: 'todo_created' }).last().click();
  await held.opened.page.locator('#detail h2', { hasText: 'todo_created' }).waitFor();
});

const dialog = () => held.opened.page.getByRole('dialog', { name: 'Replay' });
const payload = () => dialog().getByLabel('Payload');
const sign = () => dialog().getByLabel('Sign again, with the secret of listen');
const checked = () => dialog().locator('.checked');
const act = (name: string) => dialog().getByRole('button', { name }).click();
const text = () => held.stage.log.get(1)?.request.body.toString() ?? '';
const asCame = () => held.stage.log.get(1)?.request.headers['x-bigmind-signature'];

async function openEditor(): Promise<void> {
  await held.opened.page.getByRole('button', { name: 'Edit' }).click();
  await held.opened.page.locator('#replay-text:focus').waitFor();
}

test('opens with the body as it came, and sends it so until it is edited', async () => {
  await openEditor();
  await expect(payload().inputValue()).resolves.toBe(text());
  await checked().getByText('It fits the schema of its event.').waitFor();
  await act('Indent');
  await expect(sign().isChecked()).resolves.toBe(true);
  await act('As it came');
  await expect(sign().isChecked()).resolves.toBe(false);
  await dialog().getByLabel('Address').fill(held.app.url);
  await act('Send');
  await dialog().getByText('Answered 200').waitFor();
  expect(held.app.came.at(-1)).toMatchObject({
    body: Buffer.from(text()),
    headers: { 'x-bigmind-signature': asCame() },
  });
  await expect(dialog().getByText('Sent edited').count()).resolves.toBe(0);
});

test('shows schema errors as one types, each leading to its place, and broken JSON with line and column', async () => {
  await openEditor();
  await act('Indent');
  const edited = (await payload().inputValue()).replace(/"type": "\w+"/, '"type": "fax"');
  await payload().fill(edited);
  await checked().getByText('1 schema error').waitFor();
  const item = checked().getByRole('listitem');
  await expect(item.textContent()).resolves.toMatch(/^Line \d+, column \d+\/data\/type must be one of/);
  await item.getByRole('button').click();
  const selected = await held.opened.page.evaluate(() => {
    const field = document.activeElement as HTMLTextAreaElement;
    return field.value.slice(field.selectionStart, field.selectionEnd);
  });
  expect(selected).toBe('"fax"');
  await payload().fill('{\n  "event": "todo_created",\n}');
  await checked().getByText('It is not JSON.').waitFor();
  await expect(item.textContent()).resolves.toBe('Line 3, column 1 expected a name in double quotes');
});

test('gives a new timestamp, changes nothing else, and signs what it sends', async () => {
  await openEditor();
  await act('New timestamp');
  const { timestamp } = JSON.parse(text()) as { timestamp: string };
  const renewed = await payload().inputValue();
  const { timestamp: fresh } = JSON.parse(renewed) as { timestamp: string };
  expect(Math.abs(Date.parse(fresh) - Date.now())).toBeLessThan(60_000);
  expect(renewed).toBe(text().replace(JSON.stringify(timestamp), JSON.stringify(fresh)));
  await checked().getByText('It fits the schema of its event.').waitFor();
  await dialog().getByLabel('Address').fill(held.stage.receiver);
  await act('Send');
  await dialog().getByText('Sent edited and signed again.').waitFor();
  await dialog().getByText('Answered 200').waitFor();
  const latest = held.stage.log.get(held.stage.log.latest);
  expect(latest?.request.body.toString()).toBe(renewed);
  expect(latest?.summary).toMatchObject({ outcome: 'processed', attempt: 1 });
  await expect(held.opened.page.content()).resolves.not.toContain('the secret of the browser tests');
});

test('sends edited bytes with the old signature to whoever wants to see them refused', async () => {
  await openEditor();
  await payload().fill('{"event":"todo_created"}');
  await sign().uncheck();
  await payload().fill('{"event":"todo_created" }');
  await expect(sign().isChecked()).resolves.toBe(false);
  await dialog().getByLabel('Address').fill(held.stage.receiver);
  await act('Send');
  await dialog().getByText('Answered 401').waitFor();
});

test('says why a body that is no text cannot be edited', async () => {
  const { page } = held.opened;
  await page.keyboard.press('End');
  await page.locator('.row', { hasText: '(no event)' }).click();
  await page.locator('#detail h2', { hasText: '(no event)' }).waitFor();
  await page.keyboard.press('e');
  await dialog().getByText('The body is not UTF-8 text: it is sent as it came.').waitFor();
  await expect(payload().count()).resolves.toBe(0);
});

test('edits and sends by keyboard alone', async () => {
  const { page } = held.opened;
  await page.keyboard.press('e');
  await page.locator('#replay-text:focus').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('{"event":"by_keyboard"}');
  // The errors are on the way, each with a button that leads to its place.
  const active = () => page.evaluate(() => document.activeElement?.id);
  for (let tabs = 0; tabs < 8 && (await active()) !== 'replay-sign'; tabs += 1) await page.keyboard.press('Tab');
  await expect(active()).resolves.toBe('replay-sign');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await dialog().getByText('Answered').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.row', { hasText: 'by_keyboard' }).waitFor();
});

/** Keeps the browser's requests to an address back, until the answer is given. */
async function holdBack(pattern: string): Promise<{ readonly asked: Promise<unknown>; readonly route: () => Route }> {
  const { page } = held.opened;
  let kept: Route | undefined;
  await page.route(pattern, (route) => {
    kept = route;
  });
  return {
    asked: page.waitForRequest(pattern),
    route() {
      if (kept === undefined) throw new Error('Nothing was asked.');
      return kept;
    },
  };
}

const send = () => dialog().getByRole('button', { name: 'Send' });

async function openOther(): Promise<void> {
  const { page } = held.opened;
  await page.keyboard.press('Escape');
  await page.locator('.row', { hasText: '(no event)' }).click();
  await page.locator('#detail h2', { hasText: '(no event)' }).waitFor();
}

test.each<[string, (route: Route) => Promise<void>]>([
  ['that is not yet there', (route) => route.continue()],
  ['that cannot be shown', (route) => route.fulfill({ body: '{' })],
])('an edited payload is not sent under the id of another delivery %s', async (_what, answer) => {
  const { page } = held.opened;
  await openEditor();
  await payload().fill('{"event":"edited"}');
  await openOther();
  const detail = await holdBack('**/api/deliveries/2');
  await page.keyboard.press('r');
  await detail.asked;
  const before = held.app.came.length;
  await dialog().getByLabel('Address').fill(held.app.url);
  await page.keyboard.press('Enter');
  await expect(send().isDisabled()).resolves.toBe(true);
  await answer(detail.route());
  await page.locator('#replay [type=submit]:enabled').waitFor();
  await page.keyboard.press('Enter');
  await dialog().getByText('Answered 200').waitFor();
  expect(held.app.came.slice(before).map(({ body }) => body)).toEqual([Buffer.from([0x22, 0xff, 0x22])]);
});

test('a late answer to one delivery is not shown under another', async () => {
  const { page } = held.opened;
  const replay = await holdBack('**/replay');
  await page.keyboard.press('r');
  await dialog().getByLabel('Address').fill(held.app.url);
  await act('Send');
  await replay.asked;
  await openOther();
  await page.keyboard.press('r');
  await page.locator('#replay [type=submit]:enabled').waitFor();
  const late = page.waitForResponse('**/replay');
  await replay.route().continue();
  await (await late).finished();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  await expect(dialog().locator('.result').textContent()).resolves.toBe('');
  await expect(dialog().getByRole('heading').textContent()).resolves.toBe('Replay #2');
});
