import { bigmindWebhooks } from '../../src/index';
import { calm, genuine, secret, send, type Webhooks } from '../deduplication/kit';

interface Locals {
  readonly region: string | undefined;
}

/** A receiver with `locals`, and how often they were made. */
function withLocals(locals: (request: { params: Readonly<Record<string, string | undefined>> }) => Locals) {
  let made = 0;
  const webhooks = bigmindWebhooks({
    secret,
    logger: false,
    locals: (request) => {
      made++;
      return locals(request);
    },
  });
  return { webhooks, made: () => made };
}

const fromParams = ({ params }: { params: Readonly<Record<string, string | undefined>> }): Locals => ({
  region: params['region'],
});

test('locals are made from the request, once a delivery, for all its handlers', async () => {
  const { webhooks, made } = withLocals(fromParams);
  const seen: Locals[] = [];
  webhooks.on('notes_created', (_event, { locals }) => void seen.push(locals));
  webhooks.on('*', async (_event, context) => {
    await Promise.resolve();
    seen.push(context.locals, context.locals);
  });
  expect(await send(webhooks as unknown as Webhooks, { ...genuine(), params: { region: 'eu' } })).toBe('200 processed');
  expect(seen).toEqual([{ region: 'eu' }, { region: 'eu' }, { region: 'eu' }]);
  expect(new Set(seen).size).toBe(1);
  expect(made()).toBe(1);
});

test('locals that no handler reads are not made', async () => {
  const { webhooks, made } = withLocals(fromParams);
  webhooks.on('*', () => undefined);
  await webhooks.receive(genuine());
  expect(made()).toBe(0);
});

test('locals that are undefined are made once too', async () => {
  let made = 0;
  const webhooks = bigmindWebhooks({ secret, logger: false, locals: () => void made++ });
  webhooks.on('*', (_event, context) => [context.locals, context.locals]);
  await webhooks.receive(genuine());
  expect(made).toBe(1);
});

test('a handler that reads locals which cannot be made has failed, and no other', async () => {
  let works = false;
  const { webhooks } = withLocals((request) => {
    if (!works) throw new Error('no locals');
    return fromParams(request);
  });
  const ran: string[] = [];
  webhooks.on('notes_created', (_event, { locals }) => void ran.push(`reads ${locals.region}`));
  webhooks.on('*', () => void ran.push('does not'));
  const delivery = { ...genuine(), params: { region: 'us' } };
  expect((await webhooks.receive(delivery)).status).toBe(500);
  expect(ran).toEqual(['does not']);
  works = true;
  expect((await webhooks.receive(delivery)).status).toBe(200);
  expect(ran).toEqual(['does not', 'reads us']);
});

test('locals that reject end no process where a handler does not wait for them, and fail one that does', async () => {
  const failure = new Error('no locals');
  const webhooks = bigmindWebhooks({ secret, logger: false, locals: () => Promise.reject(failure) });
  const told: unknown[] = [];
  webhooks.onError((error) => void told.push(error));
  webhooks.on('notes_created', (_event, context) => void context.locals, { name: 'reads them' });
  expect(await send(webhooks as unknown as Webhooks, genuine())).toBe('200 processed');
  await calm();
  webhooks.on('notes_created', async (_event, context) => void (await context.locals), { name: 'waits for them' });
  expect(await send(webhooks as unknown as Webhooks, genuine())).toBe('500 FAILED');
  expect(told).toEqual([failure]);
});

test('locals that do nothing before they are awaited are not started by being read', async () => {
  let runs = 0;
  // biome-ignore lint/suspicious/noThenProperty: as query builders have it
  const query = { then: (resolve: (value: unknown) => void) => resolve(runs++) };
  const webhooks = bigmindWebhooks({ secret, logger: false, locals: () => query });
  webhooks.on('*', async (_event, context) => void (await context.locals));
  expect(await send(webhooks as unknown as Webhooks, genuine())).toBe('200 processed');
  expect(runs).toBe(1);
});
