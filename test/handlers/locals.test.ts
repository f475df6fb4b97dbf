import { bigmindWebhooks } from '../../src/index';
import { genuine, secret, send, type Webhooks } from '../deduplication/kit';

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
