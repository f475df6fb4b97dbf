import { examplePayload } from '../../src/testing';
import { setUp } from './kit/set-up';

const held = setUp(
  async (stage) => {
    await stage.post(examplePayload('todo_created'));
    await stage.post(examplePayload('notes_created'), { secret: 'another secret' });
    const send = (body: string, note: string) =>
      fetch(stage.receiver, { method: 'POST', headers: { 'webhook-id': 'msg_1', 'x-note': note }, body });
    await send('{"event":"tried","data":{"title":"old","same":1}}', 'one');
    await send('{"event":"tried","data":{"title":"new","same":1}}', 'two');
    await stage.post('{"event":"sly","__proto__":{"admin":true}}');
    await stage.post('{\n  "event": "broken",\n  "data": 01\n}');
  },
  (url) => ({ forward: new URL(url) }),
);

const detail = () => held.opened.page.locator('#detail');
const tab = (name: string) => held.opened.page.getByRole('tab', { name });

async function openRow(text: string): Promise<void> {
  await held.opened.page.locator('.row', { hasText: text }).first().click();
  await detail().locator('h2', { hasText: text }).waitFor();
}

test('shows when a delivery passed each step, and of a refused one no step that it did not pass', async () => {
  await openRow('todo_created');
  const steps = () => detail().locator('.timeline .step-name').allInnerTexts();
  await expect(steps()).resolves.toEqual(['Received', 'Verified', 'Validated', 'Sent on', 'App answered', 'Answered']);
  const times = await detail().locator('.timeline li > span:last-child').allInnerTexts();
  expect(times.every((time) => /^\d+(\.\d)? m?s$/.test(time))).toBe(true);
  await openRow('notes_created');
  await expect(steps()).resolves.not.toContain('Verified');
});

test("shows an app's answer with indents, and where its time went", async () => {
  await openRow('todo_created');
  await tab('App').click();
  await detail()
    .getByText(/^Connecting [\d.]+ ms, waiting [\d.]+ ms, reading [\d.]+ ms\.$/)
    .waitFor();
  await expect(detail().locator('pre.raw').textContent()).resolves.toBe('{\n  "app": "was here"\n}');
});

test('shows which headers and values changed between two attempts', async () => {
  await openRow('tried');
  await tab('Attempts').click();
  await expect(detail().locator('.attempt').count()).resolves.toBe(2);
  await detail().getByRole('button', { name: 'Compare with attempt 1' }).press('Enter');
  await detail().getByText('What changed since attempt 1').waitFor();
  const rows = await detail().locator('.diff tbody tr').allInnerTexts();
  expect(rows.map((row) => row.split(/\s+/))).toEqual(
    expect.arrayContaining([
      ['x-note', 'one', 'two'],
      ['/data/title', '"old"', '"new"'],
    ]),
  );
  expect(rows.join()).not.toContain('same');
});

test('marks the place where a body stops being JSON', async () => {
  await held.opened.page.locator('.row', { hasText: 'malformed' }).first().click();
  await detail().getByText('The body is not JSON. Line 3, column 12: expected , or }').waitFor();
  await expect(detail().locator('mark').textContent()).resolves.toBe('1');
});

test('does not call a body that was refused for a dangerous key anything but JSON', async () => {
  await held.opened.page.locator('.row', { hasText: 'malformed' }).last().click();
  await detail().getByText('The body has a key __proto__').waitFor();
  await expect(tab('Payload').textContent()).resolves.toMatch(/refused/);
  expect(await detail().textContent()).not.toContain('not JSON');
});

test('closes the braces of the tree, and copies a value and its path', async () => {
  const { page } = held.opened;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openRow('todo_created');
  const open = await detail().locator('[role=treeitem][aria-expanded=true]').count();
  await expect(detail().locator('.close').allInnerTexts()).resolves.toHaveLength(open);
  const copied = async (name: string) => {
    await detail().getByRole('button', { name }).press('Enter');
    await detail().getByRole('button', { name: 'Copied' }).waitFor();
    await detail().getByRole('button', { name }).waitFor();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  await detail().locator('.node', { hasText: 'todo_id:' }).click();
  const { data } = examplePayload('todo_created');
  expect(await copied('Copy path')).toBe('data.todo_id');
  expect(await copied('Copy value')).toBe(String(data.todo_id));
  await detail().locator('.node', { hasText: 'data:' }).click();
  expect(JSON.parse(await copied('Copy value'))).toEqual(data);
});
