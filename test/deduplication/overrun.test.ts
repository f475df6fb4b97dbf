import { calm, type Gate, gate, genuine, notedLog, receiverWith, send, until } from './kit';

test('with deduplicate: false, a delivery that runs on after maxRunMs keeps neither its repeat nor another one from its handlers', async () => {
  const webhooks = receiverWith({ deduplicate: false, timeoutMs: 50, maxRunMs: 1000 });
  const time = gate();
  let ran = 0;
  const quick = () => {
    ran += 1;
  };
  webhooks.on('notes_created', quick, { name: 'quick' });
  webhooks.on('notes_created', () => (ran === 1 ? time.passed : undefined), { name: 'slow' });
  const first = genuine();
  expect(await send(webhooks, first)).toBe('503 TIMEOUT');
  await new Promise((resolve) => setTimeout(resolve, 1200));
  for (const delivery of [first, genuine()]) expect(await send(webhooks, delivery)).toMatch(/^200/);
  expect(ran).toBe(3);
  time.open();
  await calm();
  await webhooks.close();
});

describe('beside a handler that never ends,', () => {
  /** One handler that fails, one that succeeds, and one that ends when the test says so. */
  function withHanging() {
    const { logger, lines } = notedLog('info');
    const webhooks = receiverWith({ logger, timeoutMs: 10, maxRunMs: 60 });
    const hanging = gate();
    const told: string[] = [];
    webhooks.onError((error, { handler, running, outcome }) => {
      told.push(`${outcome} ${handler ?? '-'} ${running?.join() ?? '-'} ${(error as Error).message}`);
    });
    webhooks.on('notes_created', () => Promise.reject(new Error('CRM says 400')), { name: 'crm' });
    webhooks.on('notes_created', async () => undefined, { name: 'slack' });
    webhooks.on('notes_created', () => hanging.passed, { name: 'hangs' });
    const failed = () => (lines as Line[]).filter(({ outcome }) => outcome === 'failed');
    return { webhooks, hanging, told, failed };
  }
  interface Line {
    readonly outcome: string;
    readonly failures?: readonly { readonly handler: string; readonly message: string }[];
    readonly running?: readonly string[];
    readonly late?: true;
  }

  const overrun = 'Handlers were still running after maxRunMs (60).';
  const ofMaxRunMs = [
    'failed crm hangs CRM says 400',
    `failed - hangs FAILED The delivery could not be handled. ${overrun}`,
  ];

  test('what another one threw is told after maxRunMs, with what still runs', async () => {
    const { webhooks, told, failed } = withHanging();
    expect(await send(webhooks, genuine())).toBe('503 TIMEOUT');
    await until(() => failed().length > 0);
    expect(told.slice(1)).toEqual(ofMaxRunMs);
    expect(failed()).toMatchObject([{ running: ['hangs'], failures: [{ handler: 'crm', message: 'CRM says 400' }] }]);
  });

  test.each([
    ['succeeds', ({ open }: Gate) => open(), []],
    ['fails', ({ fail }: Gate) => fail(new Error('gone')), ['failed hangs - gone']],
  ])('it is told once when that one %s in the end', async (_, end, late) => {
    const { webhooks, hanging, told, failed } = withHanging();
    await send(webhooks, genuine());
    await until(() => failed().length > 0);
    end(hanging);
    await until(() => failed().length > 1);
    expect(told.slice(1)).toEqual([...ofMaxRunMs, ...late]);
    expect(failed()[1]).toMatchObject({ late: true });
  });
});
