import { examplePayload } from '../../src/testing';
import { makeStage } from './kit/stage';

test('an open page shows what comes after listen has begun anew with its file emptied', async () => {
  const saved = { lines: [], before: 0, run: 'the same file' };
  const first = await makeStage({ saved });
  for (let sent = 0; sent < 3; sent += 1) await first.post(examplePayload('todo_created'));
  const { page } = await first.open();
  const rows = page.locator('.row');
  await rows.nth(2).waitFor();
  await first.close();
  await page.locator('#connection[data-state=waiting]').waitFor();
  const again = await makeStage({
    saved,
    port: Number(new URL(first.receiver).port),
    inspectorPort: first.inspectorPort,
    token: first.token,
  });
  await again.post(examplePayload('notes_created'));
  await page.locator('.row', { hasText: 'notes_created' }).waitFor();
  await expect(rows.count()).resolves.toBe(1);
  await again.remove();
  await first.remove();
});
