import { calm, gate, genuine, receiverWith, send } from './kit';

test('with deduplicate: false, a delivery that runs on after maxRunMs keeps no other one from its handlers', async () => {
  const webhooks = receiverWith({ deduplicate: false, timeoutMs: 50, maxRunMs: 1000 });
  const time = gate();
  let ran = 0;
  const quick = () => {
    ran += 1;
  };
  webhooks.on('notes_created', quick, { name: 'quick' });
  webhooks.on('notes_created', () => (ran === 1 ? time.passed : undefined), { name: 'slow' });
  expect(await send(webhooks, genuine())).toBe('503 TIMEOUT');
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(await send(webhooks, genuine())).toMatch(/^200/);
  expect(ran).toBe(2);
  time.open();
  await calm();
  await webhooks.close();
});
