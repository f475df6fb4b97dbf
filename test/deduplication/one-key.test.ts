import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import * as fc from 'fast-check';
import {
  type BigmindEvent,
  hmac,
  memoryStore,
  type SignatureScheme,
  standardWebhooks,
  timestampedHmac,
  type WebhookRequest,
} from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { mac, plainHeaders, stripeHeaders } from '../signatures/sender';
import { notedLog, receiverWith, send, type Webhooks } from './kit';

// A delivery is known by its key alone: however it was signed, and in whatever way it comes, it is one delivery.

const secrets = ['the secret', 'the one before'] as const;
const [secret, before] = secrets;

function bodyOf(n: number, bytes = 0): string {
  return JSON.stringify(examplePayload('notes_created', { data: { content: `note ${n}` } })).padEnd(bytes, ' ');
}

const clock = (secondsAgo = 0) => String(Math.floor(Date.now() / 1000) - secondsAgo);

/** The ways in which a sender may sign the same bytes. */
const forms = {
  plain: (body: string) => plainHeaders(body, secret),
  'plain, under the secret before': (body: string) => plainHeaders(body, before),
  'SHA-512': (body: string) => ({ 'x-signature': mac(body, { key: secret, algorithm: 'sha512' }) }),
  base64: (body: string) => ({ 'x-signature': mac(body, { key: secret, encoding: 'base64' }) }),
  prefixed: (body: string) => ({ 'x-signature': `sha256=${mac(body, { key: secret }).toUpperCase()}` }),
  timestamped: (body: string) => stripeHeaders(body, clock(), secret),
  'timestamped earlier, under the secret before': (body: string) => stripeHeaders(body, clock(60), before),
  'Standard Webhooks': (body: string) => signDelivery({ payload: body, secret, scheme: 'standardWebhooks' }).headers,
} satisfies Record<string, (body: string) => Record<string, string>>;
type Form = keyof typeof forms;
const formNames = Object.keys(forms) as Form[];

function eventIn(body: string): BigmindEvent {
  return JSON.parse(body) as BigmindEvent;
}

function signed(body: string, form: Form): WebhookRequest {
  return { headers: forms[form](body), body };
}

/** Of a delivery without a tenant: the length and the bytes of its body. */
function keyOf(body: string): string {
  return createHash('sha256')
    .update(`-b${Buffer.byteLength(body)}:${body}`)
    .digest('hex');
}

function counting(options: Parameters<typeof receiverWith>[0] = {}) {
  const webhooks = receiverWith({ secret: [...secrets], ...options });
  const keys: string[] = [];
  webhooks.on('notes_created', (_event, { key }) => void keys.push(key));
  return { webhooks, keys };
}

/** As most handlers are: no key is read. */
function handling(options: Parameters<typeof receiverWith>[0] = {}) {
  const webhooks = receiverWith({ secret: [...secrets], ...options });
  const notes: string[] = [];
  webhooks.on('notes_created', ({ data }) => void notes.push(String(data.content)));
  return { webhooks, notes };
}

test.each(formNames.flatMap((first) => formNames.map((second) => [first, second] as const)))(
  'a delivery signed as %s is a duplicate when it comes as %s',
  async (first, second) => {
    const { webhooks, keys } = counting();
    const quiet = handling();
    const body = bodyOf(1);
    for (const to of [webhooks, quiet.webhooks]) {
      expect(await send(to, signed(body, first))).toBe('200 processed');
      expect(await send(to, signed(body, second))).toBe('200 duplicate');
      expect(await send(to, signed(bodyOf(2), second))).toBe('200 processed');
    }
    expect(keys).toEqual([keyOf(body), keyOf(bodyOf(2))]);
    expect(quiet.notes).toEqual(['note 1', 'note 2']);
  },
);

const stripe = timestampedHmac({ header: 'stripe-signature' });

test.each<[string, SignatureScheme, Form, Form]>([
  ['hmac', hmac({ header: 'x-signature' }), 'plain', 'plain, under the secret before'],
  ['a copy of hmac', { ...hmac({ header: 'x-signature' }), name: 'ours' }, 'plain', 'plain, under the secret before'],
  ['hmac of SHA-512', hmac({ header: 'x-signature', algorithm: 'sha512' }), 'SHA-512', 'SHA-512'],
  ['timestampedHmac', stripe, 'timestamped', 'timestamped earlier, under the secret before'],
])('under a pinned %s, a repeat after a rotation is a duplicate, in either order', async (_name, signature, a, b) => {
  for (const [first, second] of [
    [a, b],
    [b, a],
  ] as const) {
    const { webhooks, keys } = counting({ signature });
    const quiet = handling({ signature });
    for (const to of [webhooks, quiet.webhooks]) {
      expect(await send(to, signed(bodyOf(1), first))).toBe('200 processed');
      expect(await send(to, signed(bodyOf(1), second))).toBe('200 duplicate');
    }
    expect(keys).toEqual([keyOf(bodyOf(1))]);
    expect(quiet.notes).toEqual(['note 1']);
  }
});

test('under a pinned timestampedHmac, bodies of any length that differ anywhere are two deliveries', async () => {
  const { webhooks } = handling({ signature: stripe });
  const length = fc.oneof(fc.integer({ min: 600, max: 4000 }), fc.integer({ min: 32_700, max: 32_800 }));
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(length, fc.nat(), async (bytes, place) => {
      sent += 1;
      const one = bodyOf(sent, bytes);
      const padding = one.trimEnd().length;
      const at = padding + (place % (one.length - padding));
      const other = `${one.slice(0, at)}\t${one.slice(at + 1)}`;
      for (const expected of ['200 processed', '200 duplicate']) {
        expect(await send(webhooks, signed(one, 'timestamped'))).toBe(expected);
        expect(await send(webhooks, signed(other, 'timestamped earlier, under the secret before'))).toBe(expected);
      }
    }),
    { numRuns: 100 },
  );
});

test('under a pinned scheme that signs an id, the id is the name, whatever the body', async () => {
  const places = {
    header: 'x-signature',
    timestampHeader: 'x-at',
    idHeader: 'x-id',
    content: '{id}.{timestamp}.{body}',
  };
  for (const signature of [standardWebhooks(), timestampedHmac(places)]) {
    const { webhooks, notes } = handling({ signature });
    const under = (id: string, n: number) => signDelivery({ payload: bodyOf(n), secret, scheme: signature, id });
    expect(await send(webhooks, under('msg_1', 1))).toBe('200 processed');
    expect(await send(webhooks, under('msg_1', 2))).toBe('200 duplicate');
    expect(await send(webhooks, under('msg_2', 1))).toBe('200 processed');
    expect(notes).toEqual(['note 1', 'note 1']);
  }
});

/** What a user can do with a delivery. Each answers what became of it. */
const ways = {
  receive: ({ webhooks }, body, form) => send(webhooks, signed(body, form)),
  'verify, then dispatch': async ({ webhooks }, body, form) => {
    const verified = await webhooks.verify(signed(body, form));
    return `200 ${await webhooks.dispatch(JSON.parse(JSON.stringify(verified)) as typeof verified)}`;
  },
  'dispatch what an earlier process verified': async ({ webhooks, elsewhere }, body, form) =>
    `200 ${await webhooks.dispatch(await elsewhere.verify(signed(body, form)))}`,
} satisfies Record<string, (to: Receivers, body: string, form: Form) => Promise<string>>;

interface Receivers {
  readonly webhooks: Webhooks;
  readonly elsewhere: Webhooks;
}

test.each<[string, SignatureScheme | 'auto', readonly Form[]]>([
  ['any form', 'auto', formNames],
  ['the pinned form', stripe, ['timestamped', 'timestamped earlier, under the secret before']],
])(
  'in whatever ways and in %s deliveries come, each is handled once, under one key',
  async (_name, signature, given) => {
    const way = fc.constantFrom(
      'receive' as const,
      'verify, then dispatch' as const,
      'dispatch what an earlier process verified' as const,
      'under the key it had' as const,
    );
    const step = fc.record({ way, form: fc.constantFrom(...given), n: fc.integer({ min: 1, max: 3 }) });
    const steps = fc.array(step, { minLength: 2, maxLength: 12 });
    const keyIsRead = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), keyIsRead, async (chosen, beginsForeign, isRead) => {
        const { webhooks, notes } = handling({ signature });
        const keys = new Map<string, string>();
        webhooks.on(
          'notes_created',
          ({ data }, context) => {
            if (isRead[Number(String(data.content).at(-1))]) keys.set(String(data.content), context.key);
          },
          { name: 'reads keys' },
        );
        const to = { webhooks, elsewhere: receiverWith({ secret: [...secrets], signature }) };
        const seen = new Set<number>();
        if (beginsForeign) {
          const outcome = ways['dispatch what an earlier process verified'](to, bodyOf(2), given[0] ?? 'plain');
          expect(await outcome).toBe('200 processed');
          seen.add(2);
        }
        for (const { way: asked, form, n } of chosen) {
          const expected = seen.has(n) ? '200 duplicate' : '200 processed';
          const key = keys.get(`note ${n}`);
          const answer =
            asked !== 'under the key it had'
              ? ways[asked](to, bodyOf(n), form)
              : key === undefined
                ? ways.receive(to, bodyOf(n), form)
                : webhooks.dispatch({ event: eventIn(bodyOf(n)), key }).then((outcome) => `200 ${outcome}`);
          expect(await answer).toBe(expected);
          seen.add(n);
        }
        expect(notes.toSorted()).toEqual([...seen].map((n) => `note ${n}`).toSorted());
        for (const [note, key] of keys) expect(key).toBe(keyOf(bodyOf(Number(note.at(-1)))));
      }),
      { numRuns: 400 },
    );
  },
);

test('a retry under the key that a handler read runs only what had failed, and its repeat nothing', async () => {
  const { webhooks, notes } = handling();
  let key: string | undefined;
  let runs = 0;
  webhooks.on(
    'notes_created',
    (_event, context) => {
      runs++;
      if (key !== undefined) return;
      key = context.key;
      throw new Error('not yet');
    },
    { name: 'retried' },
  );
  const body = bodyOf(1);
  expect(await send(webhooks, signed(body, 'plain'))).toBe('500 FAILED');
  expect(await webhooks.dispatch({ event: eventIn(body), key: key ?? '' })).toBe('processed');
  expect(await send(webhooks, signed(body, 'plain'))).toBe('200 duplicate');
  expect([notes, runs]).toEqual([['note 1'], 2]);
});

test('when its time is over, a delivery is known anew by whatever it is called', async () => {
  let now = 0;
  const store = memoryStore({ clock: { now: () => now } });
  const { webhooks, notes } = handling({ deduplicate: { store, ttlMs: 100 } });
  const delivery = signed(bodyOf(1), 'plain');
  expect(await send(webhooks, delivery)).toBe('200 processed');
  await webhooks.verify(delivery);
  now += 120;
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(await webhooks.dispatch(await webhooks.verify(delivery))).toBe('duplicate');
  expect(notes).toEqual(['note 1', 'note 1']);
});

test('copies in flight share a run, in whatever ways they come', async () => {
  const { webhooks } = counting();
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let runs = 0;
  webhooks.on(
    'notes_created',
    () => {
      runs++;
      return opened;
    },
    { name: 'slow' },
  );
  const body = bodyOf(1);
  const answers = [send(webhooks, signed(body, 'plain')), send(webhooks, signed(body, 'timestamped'))];
  const verified = await webhooks.verify(signed(body, 'SHA-512'));
  answers.push(webhooks.dispatch(verified), send(webhooks, signed(body, 'plain, under the secret before')));
  open();
  expect(await Promise.all(answers)).toEqual(['200 processed', '200 processed', 'processed', '200 processed']);
  expect(runs).toBe(1);
});

test('a failed delivery goes on where it was, in whatever way its repeat comes', async () => {
  const { webhooks } = counting();
  let fails = 2;
  const attempts: number[] = [];
  webhooks.on(
    'notes_created',
    (_event, { attempt }) => {
      attempts.push(attempt);
      if (fails-- > 0) throw new Error('not yet');
    },
    { name: 'late' },
  );
  const body = bodyOf(1);
  expect(await send(webhooks, signed(body, 'plain'))).toBe('500 FAILED');
  const verified = await webhooks.verify(signed(body, 'plain'));
  await expect(webhooks.dispatch(verified)).rejects.toMatchObject({ code: 'FAILED' });
  expect(await send(webhooks, signed(body, 'timestamped'))).toBe('200 processed');
  expect(await webhooks.dispatch(verified)).toBe('duplicate');
  expect(attempts).toEqual([1, 2, 3]);
});

test('the log, the handler and onError say the same key, even when the handler writes to the bytes', async () => {
  const { logger, lines } = notedLog();
  const webhooks = receiverWith({ secret, logger });
  const said: unknown[] = [];
  webhooks.on('notes_created', (_event, context) => {
    context.rawBody.fill(0x20);
    said.push(context.key);
    throw new Error('no');
  });
  webhooks.onError((_error, { key }) => void said.push(key));
  const body = bodyOf(1);
  const bytes = Buffer.from(body);
  expect(await send(webhooks, { headers: plainHeaders(body, secret), body: bytes })).toBe('500 FAILED');
  expect(bytes.toString().trim()).toBe('');
  expect(said).toEqual([keyOf(body), keyOf(body)]);
  expect(lines.at(-1)).toMatchObject({ outcome: 'failed', key: keyOf(body) });
});

test('a key is that of the bytes that came, even when the caller uses their memory anew', async () => {
  const { webhooks, notes } = handling({ timeoutMs: 50 });
  const keys: string[] = [];
  webhooks.on(
    'notes_created',
    async (_event, context) => {
      await pause(100);
      keys.push(context.key);
    },
    { name: 'slow' },
  );
  const [first, second] = [bodyOf(1), bodyOf(2)];
  const memory = Buffer.from(first);
  expect(await send(webhooks, { headers: forms.plain(first), body: memory })).toBe('503 TIMEOUT');
  memory.set(Buffer.from(second));
  await pause(100);
  expect(keys).toEqual([keyOf(first)]);
  const verified = await receiverWith({ secret }).verify(signed(second, 'plain'));
  expect(await webhooks.dispatch(verified)).toBe('processed');
  expect(notes).toEqual(['note 1', 'note 2']);
});

test.each<[string, Parameters<typeof receiverWith>[0]]>([
  ['with', {}],
  ['without', { deduplicate: false }],
])('%s de-duplication a key does not change with memory that the caller uses anew', async (_with, options) => {
  const webhooks = receiverWith({ secret, ...options });
  const keys: string[] = [];
  webhooks.on('notes_created', async (_event, context) => {
    await pause(20);
    keys.push(context.key);
  });
  const memory = Buffer.from(bodyOf(1));
  const answer = send(webhooks, { headers: forms.plain(bodyOf(1)), body: memory });
  memory.set(Buffer.from(bodyOf(2)));
  expect(await answer).toBe('200 processed');
  expect(keys).toEqual([keyOf(bodyOf(1))]);
});

test('without de-duplication a key that is read late is that of the bytes that came', async () => {
  const { logger, lines } = notedLog();
  const webhooks = receiverWith({ secret, logger, deduplicate: false });
  const keys: string[] = [];
  webhooks.on('notes_created', (_event, context) => {
    context.rawBody.fill(0x20);
    keys.push(context.key);
  });
  const body = bodyOf(1);
  for (let copy = 0; copy < 2; copy++) {
    expect(await send(webhooks, { headers: plainHeaders(body, secret), body: Buffer.from(body) })).toBe(
      '200 processed',
    );
  }
  expect(keys).toEqual([keyOf(body), keyOf(body)]);
  const line = expect.objectContaining({ outcome: 'processed', key: keyOf(body) });
  expect(lines.slice(-2)).toEqual([line, line]);
});
