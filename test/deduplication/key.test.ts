import { memoryStore, type SignatureScheme, standardWebhooks } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { genuine, receiverWith, secret, send } from './kit';

/** A receiver that notes the key of each run. */
function noting(options: Parameters<typeof receiverWith>[0] = {}) {
  const webhooks = receiverWith(options);
  const keys: string[] = [];
  webhooks.on('notes_created', (_event, { key }) => void keys.push(key));
  return { webhooks, keys };
}

const payload = examplePayload('notes_created');
const otherPayload = examplePayload('notes_created', { data: { content: 'another note' } });

test('two tenants with the same bytes are two deliveries', async () => {
  const { webhooks, keys } = noting({ secret: ({ params }) => ({ tenant: params['tenant'] ?? '', secret }) });
  const delivery = genuine();
  const [acme, globex] = [
    { ...delivery, params: { tenant: 'acme' } },
    { ...delivery, params: { tenant: 'globex' } },
  ];
  expect([await send(webhooks, acme), await send(webhooks, globex)]).toEqual(['200 processed', '200 processed']);
  expect([await send(webhooks, acme), await send(webhooks, globex)]).toEqual(['200 duplicate', '200 duplicate']);
  expect(new Set(keys).size).toBe(2);
});

test('no tenant and one without a name are two', async () => {
  const store = memoryStore();
  const one = noting({ deduplicate: { store } });
  const several = noting({ deduplicate: { store }, secret: () => ({ tenant: '-', secret }) });
  const delivery = genuine();
  expect(await send(one.webhooks, delivery)).toBe('200 processed');
  expect(await send(several.webhooks, delivery)).toBe('200 processed');
  expect(one.keys).not.toEqual(several.keys);
});

test.each([
  ['one byte', 'acme'.repeat(20)],
  ['three bytes', '会社'.repeat(20)],
])(
  'bodies of about 32 KiB that differ in the last byte are two, where a tenant’s letters take %s',
  async (_title, tenant) => {
    const { webhooks } = noting({ secret: () => ({ tenant, secret }) });
    const json = JSON.stringify(payload);
    for (let bytes = 32 * 1024 - 300; bytes <= 32 * 1024 + 10; bytes += 1) {
      const keyOf = async (end: string) => {
        const body = `${json}${' '.repeat(bytes - Buffer.byteLength(json) - 1)}${end}`;
        return (await webhooks.verify(signDelivery({ payload: body, secret }))).key;
      };
      expect(await keyOf(' ')).not.toBe(await keyOf('\t'));
    }
  },
);

test('two tenants whose names end differently are two deliveries, also where a letter takes three bytes', async () => {
  const name = '会社'.repeat(20);
  const { webhooks } = noting({ secret: ({ params }) => ({ tenant: `${name}${params['end']}`, secret }) });
  const keyOf = async (end: string) =>
    (await webhooks.verify({ ...signDelivery({ payload, secret }), params: { end } })).key;
  expect(await keyOf('東')).not.toBe(await keyOf('西'));
});

test('a redelivery after a rotation of the secret is a duplicate', async () => {
  const store = memoryStore();
  const before = noting({ deduplicate: { store } });
  expect(await send(before.webhooks, signDelivery({ payload, secret }))).toBe('200 processed');
  const after = noting({ deduplicate: { store }, secret: ['the next secret', secret] });
  expect(await send(after.webhooks, signDelivery({ payload, secret: 'the next secret' }))).toBe('200 duplicate');
  expect(after.keys).toStrictEqual([]);
});

test('a redelivery that is signed at another time is a duplicate, other bytes with the same meaning are not', async () => {
  const { webhooks, keys } = noting();
  const scheme = 'timestampedHmac';
  const at = (signedAt: number, body: unknown = payload) => signDelivery({ payload: body, secret, scheme, signedAt });
  expect(await send(webhooks, at(Date.now() - 60_000))).toBe('200 processed');
  expect(await send(webhooks, at(Date.now()))).toBe('200 duplicate');
  expect(await send(webhooks, at(Date.now(), JSON.stringify(payload, null, 1)))).toBe('200 processed');
  expect(keys).toHaveLength(2);
});

describe('under a pinned scheme that signs an id,', () => {
  const signature = standardWebhooks();
  const signed = (id: string, body: unknown = payload) =>
    signDelivery({ payload: body, secret, id, scheme: 'standardWebhooks' });

  test('the id is the delivery: other bytes are a duplicate, another id is not', async () => {
    const { webhooks, keys } = noting({ signature });
    expect(await send(webhooks, signed('msg_1'))).toBe('200 processed');
    expect(await send(webhooks, signed('msg_1', otherPayload))).toBe('200 duplicate');
    expect(await send(webhooks, signed('msg_2'))).toBe('200 processed');
    expect(new Set(keys).size).toBe(2);
  });

  test('an id that is the destination’s is not used', async () => {
    const { webhooks } = noting({ signature });
    const id = payload.webhook_id;
    expect(await send(webhooks, signed(id))).toBe('200 processed');
    expect(await send(webhooks, signed(id, otherPayload))).toBe('200 processed');
    expect(await send(webhooks, signed(id))).toBe('200 duplicate');
  });

  test.each(['null', '"text"', '[1]', '{"event"'])(
    'a body %s names no destination: it is set aside under its id',
    async (body) => {
      const { webhooks, keys } = noting({ signature });
      const taken: string[] = [];
      webhooks.onInvalid((_delivery, { key }) => void taken.push(key));
      expect(await send(webhooks, signed('msg_1', body))).toBe('200 quarantined');
      expect(await send(webhooks, signed('msg_1', ` ${body}`))).toBe('200 duplicate');
      expect([taken.length, keys]).toStrictEqual([1, []]);
    },
  );

  test('the id of one tenant is not another’s', async () => {
    const { webhooks } = noting({
      signature,
      secret: ({ params }) => ({ tenant: params['tenant'] ?? '', secret }),
    });
    for (const tenant of ['acme', 'globex']) {
      expect(await send(webhooks, { ...signed('msg_1'), params: { tenant } })).toBe('200 processed');
    }
  });

  test('a custom scheme may say the id', async () => {
    const custom: SignatureScheme = {
      name: 'custom',
      verify: ({ headers }) => ({ id: headers['x-delivery'] }),
    };
    const { webhooks } = noting({ signature: custom });
    const body = JSON.stringify(payload);
    expect(await send(webhooks, { headers: { 'x-delivery': 'one' }, body })).toBe('200 processed');
    expect(await send(webhooks, { headers: { 'x-delivery': 'one' }, body: `${body} ` })).toBe('200 duplicate');
    expect(await send(webhooks, { headers: { 'x-delivery': 'two' }, body })).toBe('200 processed');
  });
});

test('recognised rather than pinned, the same scheme’s id is not used: its bytes are the delivery', async () => {
  const { webhooks } = noting();
  const signed = (id: string, body: unknown) => signDelivery({ payload: body, secret, id, scheme: 'standardWebhooks' });
  expect(await send(webhooks, signed('msg_1', payload))).toBe('200 processed');
  expect(await send(webhooks, signed('msg_1', otherPayload))).toBe('200 processed');
  expect(await send(webhooks, signed('msg_2', payload))).toBe('200 duplicate');
});

describe('deduplicate.key', () => {
  test('names the delivery in place of its bytes, and sees what it needs to', async () => {
    const seen: unknown[] = [];
    const { webhooks, keys } = noting({
      deduplicate: {
        key({ tenant, rawBody, headers, params, payload: body }) {
          seen.push(tenant, rawBody.length, headers['x-name'], params, (body as { event: string }).event);
          return headers['x-name'] ?? '';
        },
      },
    });
    const named = (name: string, body: unknown) => {
      const { headers, body: text } = signDelivery({ payload: body, secret });
      return { headers: { ...headers, 'X-Name': name }, body: text };
    };
    expect(await send(webhooks, { ...named('a', payload), params: { p: '1' } })).toBe('200 processed');
    const bytes = Buffer.byteLength(JSON.stringify(payload));
    expect(seen).toEqual([undefined, bytes, 'a', { p: '1' }, 'notes_created']);
    expect(await send(webhooks, named('a', otherPayload))).toBe('200 duplicate');
    expect(await send(webhooks, named('b', payload))).toBe('200 processed');
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  test('that expects an event keeps no other delivery from the callbacks that are for it', async () => {
    const seen: string[] = [];
    const webhooks = receiverWith({
      deduplicate: { key: ({ payload: body }) => (body as { data: { note_id: string } }).data.note_id },
    });
    webhooks.onInvalid((_invalid, { key }) => void seen.push(`invalid ${key.length}`));
    webhooks.onUnknown((_unknown, { key }) => void seen.push(`unknown ${key.length}`));
    const bodies = ['{not json', '{"event":"notes_created","data":null}', '{"event":"brand_new"}'];
    for (const body of bodies) {
      const delivery = signDelivery({ payload: body, secret });
      expect(await send(webhooks, delivery)).toMatch(/^200 (quarantined|ignored)$/);
      expect(await send(webhooks, delivery)).toBe('200 duplicate');
    }
    expect(seen).toEqual(['invalid 64', 'invalid 64', 'unknown 64']);
  });

  test('is kept apart by tenant', async () => {
    const { webhooks } = noting({
      deduplicate: { key: () => 'always the same' },
      secret: ({ params }) => ({ tenant: params['tenant'] ?? '', secret }),
    });
    for (const tenant of ['acme', 'globex']) {
      expect(await send(webhooks, { ...genuine(), params: { tenant } })).toBe('200 processed');
      expect(await send(webhooks, { ...genuine(), params: { tenant } })).toBe('200 duplicate');
    }
  });

  const noText = 'deduplicate.key: expected a string with text, got';
  const noName = 'deduplicate.key: expected another text for each delivery';

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no name');
      },
      'no name',
    ],
    ['returns nothing', () => undefined, `${noText} undefined`],
    ['returns an empty string', () => '', noText],
    ['returns a blank text', () => ' \n', noName],
    ['returns what a template makes of a missing field', () => `${(genuine() as { id?: string }).id}`, noName],
    ['returns what a template makes of null', () => `${JSON.parse('null')}`, noName],
    ['returns what a template makes of no number', () => `${Number('x')}`, noName],
    ['returns what a template makes of an object', () => String(genuine()), noName],
    ['returns what a template makes of a promise', () => String(Promise.resolve('a name')), noName],
    ['returns a number', () => 7, `${noText} 7 (number)`],
    ['returns a promise', () => Promise.resolve('a name'), noText],
    ['returns a promise that rejects', () => Promise.reject(new Error('no name')), noText],
  ])('that %s fails the delivery, and runs nothing', async (_title, key, cause) => {
    let works = false;
    const { webhooks, keys } = noting({ deduplicate: { key: () => (works ? 'name' : (key() as string)) } });
    const told: unknown[] = [];
    webhooks.onError((error, { outcome }) => void told.push([outcome, String((error as Error).cause)]));
    const delivery = genuine();
    expect(await send(webhooks, delivery)).toBe('500 FAILED');
    await expect(webhooks.verify(delivery)).rejects.toMatchObject({ code: 'FAILED', status: 500 });
    const failed = ['failed', expect.stringContaining(cause)];
    expect([keys, told]).toStrictEqual([[], [failed, failed]]);
    works = true;
    expect(await send(webhooks, delivery)).toBe('200 processed');
  });
});
