import fc from 'fast-check';
import { bigmindWebhooks, type HandlerContext, memoryStore } from '../../src';
import { examplePayload, signDelivery } from '../../src/testing';
import { ArrayQueue, closeAll, secret, send, until } from './kit';

afterEach(closeAll);

const options = {
  secret: ({ params }: { params: Readonly<Record<string, string | undefined>> }) => ({
    tenant: params['tenant'] ?? 'none',
    secret,
  }),
  locals: ({ headers, params }: { headers: object; params: object }) => ({ params, names: Object.keys(headers) }),
  clock: { now: () => 1_764_028_800_123 },
  logger: false,
} as const;

interface Seen {
  readonly event: unknown;
  readonly context: HandlerContext<unknown>;
}

/** What a handler sees of a delivery, without a queue and with one between two receivers. */
async function bothWays(request: { headers: Record<string, string>; body: string | Uint8Array; params?: object }) {
  const seen: Seen[] = [];
  const note = (event: unknown, context: HandlerContext) => void seen.push({ event, context });
  const plain = bigmindWebhooks(options);
  plain.on('*', note);
  await plain.receive(request as never);
  const queue = new ArrayQueue();
  const web = bigmindWebhooks({ ...options, queue });
  await web.receive(request as never);
  // Nothing is made anew in the worker: neither its time nor its locals are those of the delivery.
  const deduplicate = { store: memoryStore() };
  const worker = bigmindWebhooks({ secret, logger: false, queue, deduplicate, locals: () => 'of the worker' });
  worker.on('*', note);
  await worker.work();
  await until(() => seen.length === 2 && queue.verdicts.length === 1);
  await worker.close();
  return seen as [Seen, Seen];
}

/** All that a context has, but for what is new in each run. */
function propertiesOf({ event, context }: Seen) {
  const { key, attempt, tenant, receivedAt, headers, rawBody, params, signature, signal, log, locals } = context;
  return {
    ...{ event, key, attempt, tenant, receivedAt, headers: { ...headers }, rawBody, params, signature, locals },
    aborted: signal.aborted,
    logs: typeof log.info,
  };
}

test('a handler sees the same event and context with a queue as without one, but for the signature', async () => {
  const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });
  const [plain, queued] = (
    await bothWays({ headers: { ...headers, 'X-Twice': 'a' }, body, params: { tenant: 'acme' } })
  ).map(propertiesOf);
  const { 'x-bigmind-signature': signature, ...travelling } = plain?.headers ?? {};
  expect(signature).toBeDefined();
  expect(queued).toEqual({ ...plain, headers: travelling });
  expect(queued).toMatchObject({
    tenant: 'acme',
    attempt: 1,
    receivedAt: new Date(options.clock.now()),
    signature: { scheme: 'hmac' },
    locals: { params: { tenant: 'acme' } },
  });
});

test('NUL and lone surrogates in a payload arrive byte for byte', async () => {
  const content = 'a\u0000b\ud800c\udfffd 👍';
  const { headers, body } = signDelivery({ payload: examplePayload('notes_created', { data: { content } }), secret });
  const [plain, queued] = await bothWays({ headers, body });
  expect(queued.event).toMatchObject({ data: { content } });
  expect(queued.event).toEqual(plain.event);
  expect(queued.context.rawBody).toEqual(Buffer.from(body));
});

test('any spelling of a payload arrives byte for byte', async () => {
  const unit = fc.constantFrom('a', '"', '\\', '\0', '\ud800', '\udc00', 'ß', '👍', '\u2028', '\ufeff');
  await fc.assert(
    fc.asyncProperty(fc.string({ unit }), fc.constantFrom('', ' ', '\n\t'), async (content, space) => {
      const payload = space + JSON.stringify(examplePayload('notes_created', { data: { content } })) + space;
      const { headers, body } = signDelivery({ payload, secret });
      const [plain, queued] = await bothWays({ headers, body });
      expect(queued.context.rawBody.equals(Buffer.from(body))).toBe(true);
      expect([queued.event, queued.context.key]).toEqual([plain.event, plain.context.key]);
    }),
    { numRuns: 25 },
  );
});

test('a payload of 5 MB arrives byte for byte', async () => {
  const payload = examplePayload('notes_created', { data: { content: 'ä'.repeat(2_400_000) } });
  const { headers, body } = signDelivery({ payload, secret });
  const [, queued] = await bothWays({ headers, body });
  expect(queued.context.rawBody.equals(Buffer.from(body))).toBe(true);
});

test('what locals returned cannot be changed by the process that enqueued it, nor by another handler’s run', async () => {
  const queue = new ArrayQueue({ backoffMs: 0 });
  const shared = { runs: 0 };
  const web = bigmindWebhooks({ secret, logger: false, queue, locals: () => shared });
  const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });
  expect(await send(web as never, { headers, body })).toBe('200 queued');
  shared.runs = 5;
  const runs: number[] = [];
  const worker = bigmindWebhooks({ secret, logger: false, queue, locals: () => shared });
  worker.on('*', (_event, { locals }) => {
    runs.push(locals.runs);
    locals.runs += 1;
    if (runs.length < 3) throw new Error('again');
  });
  await worker.work();
  await until(() => queue.verdicts.length > 0);
  await worker.close();
  expect(runs).toEqual([0, 0, 0]);
});
