import { examplePayload } from '../../src/testing';
import { makeStage, type OpenPage, type Stage, startApp } from './kit/stage';

let stage: Stage;
let app: Awaited<ReturnType<typeof startApp>>;
let opened: OpenPage;

beforeAll(async () => {
  app = await startApp();
  stage = await makeStage({ forward: new URL(app.url) });
  await stage.post(examplePayload('todo_created'));
  await stage.post(examplePayload('notes_created'), { secret: 'another secret' });
});

beforeEach(async () => {
  opened = await stage.open();
});

afterEach(async () => {
  expect(opened.offences).toStrictEqual([]);
  await opened.page.context().close();
});

afterAll(async () => {
  await stage?.remove();
  app?.close();
});

const detail = () => opened.page.locator('#detail');
const tab = (name: string) => opened.page.getByRole('tab', { name });

async function openRow(text: string): Promise<void> {
  await opened.page.locator('.row', { hasText: text }).first().click();
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
