import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { JournalSeal } from '../../../src/foundations/contracts/journal';
import { find, remove } from '../../../src/journals/postgres/search-statements';
import * as statements from '../../../src/journals/postgres/statements';
import { databaseUrl } from '../services';
import { dayName, entry, found, keysFound, makePlace, type Place } from './postgres-kit';

const table = 'bigmind_webhook_journal';
let place: Place;

beforeAll(async () => {
  place = await makePlace();
  await place.journal().migrate();
});
afterEach(() => place.pool.query(`TRUNCATE ${table}, ${table}_bodies, ${table}_marks`));
afterAll(() => place.remove());

/** AES-256-GCM, as users may write it. */
function sealWith(key: Buffer): JournalSeal {
  return {
    encrypt(content) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
    },
    async decrypt(sealed) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
      decipher.setAuthTag(sealed.subarray(-16));
      return await Promise.resolve(Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]));
    },
  };
}

describe('on a server that refuses to write', () => {
  test('append, ended and ping reject at once, find goes on, and all works again without a restart', async () => {
    const client = new Client({
      connectionString: databaseUrl,
      options: `-c search_path=${place.schema},pg_catalog`,
    });
    await client.connect();
    const journal = place.journal({ pool: client });
    const [kept, refused] = [entry(), entry()];
    await journal.append(kept);
    await client.query('SET default_transaction_read_only = on');
    for (let times = 0; times < 3; times += 1) {
      await expect(journal.append(refused)).rejects.toMatchObject({ code: '25006' });
      await expect(journal.ended(kept.key, { outcome: 'processed', succeeded: [], endedAt: 1 })).rejects.toThrow();
      await expect(journal.ping?.()).rejects.toMatchObject({ code: '25006' });
      expect(await keysFound(journal)).toEqual([kept.key]);
    }
    await client.query('SET default_transaction_read_only = off');
    await journal.append(refused);
    await journal.ping?.();
    expect(await keysFound(journal)).toEqual([kept.key, refused.key]);
    await client.end();
  });
});

test('what is forgotten while find reads is not given any more, and all else is given once', async () => {
  const journal = place.journal();
  const entries = Array.from({ length: 12 }, (_, index) => entry({ tenant: index % 2 === 0 ? 'acme' : 'globex' }));
  for (const one of entries) await journal.append(one);
  for (const order of ['oldest first', 'newest first'] as const) {
    const given: string[] = [];
    for await (const { key } of journal.find({ order })) {
      given.push(key);
      if (given.length === 3) await journal.forget({ tenant: 'acme' });
    }
    const meant = order === 'oldest first' ? entries : entries.toReversed();
    const expected = meant.filter(({ tenant }, index) => index < 3 || tenant === 'globex').map(({ key }) => key);
    expect(given).toEqual(expected);
    for (const one of entries) await journal.append(one);
    await journal.forget({ before: Date.now() + 1000 });
    for (const one of entries) await journal.append(one);
  }
});

test('inside a transaction of the user’s that is rolled back, nothing was kept', async () => {
  const client = await place.pool.connect();
  const one = entry();
  await client.query('BEGIN');
  await place.journal({ pool: client }).append(one);
  await client.query('ROLLBACK');
  client.release();
  expect(await keysFound(place.journal())).toStrictEqual([]);
  await place.journal().append(one);
  expect(await keysFound(place.journal())).toEqual([one.key]);
});

test('where every transaction is serializable, tries again what another came between, and acknowledges what it keeps', async () => {
  const journal = place.journal({ pool: place.poolWith('-c default_transaction_isolation=serializable') });
  const entries = Array.from({ length: 40 }, () => entry());
  const acknowledged: string[] = [];
  await Promise.all(
    [...entries, ...entries].map(async (one) => {
      const refused = await journal.append(one).catch((error: unknown) => error);
      if (refused === undefined) acknowledged.push(one.key);
      else expect(refused).toMatchObject({ code: '40001' });
    }),
  );
  expect(acknowledged.length).toBeGreaterThan(entries.length / 2);
  expect(await keysFound(place.journal())).toEqual(expect.arrayContaining(acknowledged));
});

describe('with a seal', () => {
  const key = randomBytes(32);

  test('body, headers and params are stored encrypted, and come back as they were', async () => {
    const journal = place.journal({ seal: sealWith(key) });
    const one = entry({ params: { site: 'vienna' }, rawBody: Buffer.from('the words of customers') });
    await journal.append(one);
    expect(await found(journal)).toMatchObject([one]);
    const { rows } = await place.pool.query<{ head: unknown; body: Buffer }>(`SELECT head, body FROM ${table}_bodies`);
    expect(rows[0]?.head).toBeNull();
    for (const text of ['customers', 'vienna', 'application/json']) expect(rows[0]?.body.includes(text)).toBe(false);
  });

  test('what was kept without it is still found', async () => {
    const one = entry();
    await place.journal().append(one);
    expect(await keysFound(place.journal({ seal: sealWith(key) }))).toEqual([one.key]);
  });

  test('find rejects where nobody can decrypt, and does not pass over it', async () => {
    await place.journal({ seal: sealWith(key) }).append(entry());
    for (const seal of [undefined, sealWith(randomBytes(32))]) {
      await expect(keysFound(place.journal({ seal }))).rejects.toMatchObject({ code: 'JOURNAL_SEALED' });
    }
  });

  test('a body that was moved to another entry is no body of it', async () => {
    const journal = place.journal({ seal: sealWith(key) });
    await journal.append(entry());
    await journal.append(entry());
    await place.pool.query(`UPDATE ${table}_bodies AS b SET body = other.body FROM ${table}_bodies AS other
      WHERE other.id <> b.id`);
    await expect(keysFound(journal)).rejects.toMatchObject({ code: 'JOURNAL_SEALED' });
  });

  test('each comes back as it was where the seal writes into one buffer', async () => {
    const shared = Buffer.alloc(4096);
    const { encrypt, decrypt } = sealWith(key);
    const reusing: JournalSeal = {
      encrypt: (bytes) => shared.subarray(0, (encrypt(bytes) as Buffer).copy(shared)),
      decrypt,
    };
    const journal = place.journal({ seal: reusing });
    const some = Array.from({ length: 5 }, (_, index) => entry({ rawBody: Buffer.from(`{"number":${index}}`) }));
    for (const one of some.slice(0, 2)) await journal.append(one);
    await Promise.all(some.map((one) => journal.append(one)));
    const bodies = new Map((await found(journal)).map((one) => [one.key, one.rawBody.toString()]));
    expect(bodies).toEqual(new Map(some.map((one) => [one.key, one.rawBody.toString()])));
  });

  test('a delivery that cannot be encrypted is not kept', async () => {
    const seal = { ...sealWith(key), encrypt: () => Promise.reject(new Error('no key')) };
    await expect(place.journal({ seal }).append(entry())).rejects.toThrow(
      'postgresJournal.seal.encrypt failed: no key',
    );
    expect(await keysFound(place.journal())).toStrictEqual([]);
  });
});

test('a row that somebody else wrote is passed over, and counted once', async () => {
  const journal = place.journal();
  const [damaged, whole] = [entry(), entry()];
  await journal.append(damaged);
  await journal.append(whole);
  await place.pool.query(`UPDATE ${table}_bodies SET head = 'no json' WHERE id = (SELECT min(id) FROM ${table})`);
  for (let times = 0; times < 2; times += 1) expect(await keysFound(journal)).toEqual([whole.key]);
  expect(await journal.stats()).toMatchObject({ entries: 2, unreadable: 1 });
});

test('two services with namespaces of their own share the tables, and see, count and forget nothing of each other', async () => {
  const [one, other] = [place.journal({ namespace: 'one' }), place.journal({ namespace: 'other' })];
  const same = entry({ tenant: 'acme' });
  await one.append(same);
  await other.append({ ...same, rawBody: Buffer.from('other') });
  await one.mark('backfill', 'x');
  expect((await found(other)).map(({ rawBody }) => rawBody.toString())).toEqual(['other']);
  expect((await other.stats()).entries).toBe(1);
  expect(await other.marked('backfill')).toBeUndefined();
  expect(await one.forget({ tenant: 'acme' })).toBe(1);
  expect(await keysFound(other)).toEqual([same.key]);
});

test('bodies of megabytes are read a few at a time, in either order, each once', async () => {
  const journal = place.journal();
  const entries = Array.from({ length: 12 }, (_, index) => entry({ rawBody: Buffer.alloc(1.5 * 1024 * 1024, index) }));
  for (const one of entries) await journal.append(one);
  const asked = jest.spyOn(place.pool, 'query');
  expect(await keysFound(journal)).toEqual(entries.map(({ key }) => key));
  expect(asked.mock.calls.length).toBeGreaterThan(3);
  asked.mockRestore();
  expect(await keysFound(journal, { order: 'newest first' })).toEqual(entries.map(({ key }) => key).reverse());
});

test('forgets a thousand in steps, among others that stay', async () => {
  const journal = place.journal();
  await place.pool.query(
    `WITH e AS (INSERT INTO ${table} (namespace, key, received_at, scheme, tenant, bytes)
       SELECT 'crm', 'k' || i, now(), 'a', CASE WHEN i % 3 = 0 THEN 'acme' ELSE 'other' END, 2 FROM generate_series(1, 3000) AS i
       RETURNING namespace, day, id)
     INSERT INTO ${table}_bodies SELECT namespace, day, id, '{"headers":{},"params":{}}', '{}' FROM e`,
  );
  expect(await journal.forget({ tenant: 'acme' })).toBe(1000);
  expect(await place.count(table, "tenant = 'acme'")).toBe(0);
  expect(await place.count(`${table}_bodies`)).toBe(2000);
  expect(await journal.forget({ tenant: 'acme' })).toBe(0);
  let count = 0;
  for await (const { tenant } of journal.find({ order: 'newest first', tenant: 'other' }))
    if (tenant === 'other') count += 1;
  expect(count).toBe(2000);
});

test('a position of another journal is an error that says so', async () => {
  await expect(keysFound(place.journal(), { after: 'segment 3, byte 12' })).rejects.toMatchObject({
    code: 'BAD_OPTION',
  });
});

test('every step finds its rows by an index', async () => {
  await place.pool.query(
    `WITH e AS (INSERT INTO ${table} (namespace, key, received_at, scheme, bytes)
       SELECT 'crm', 'k' || i, now(), 'a', 2 FROM generate_series(1, 20000) AS i RETURNING namespace, day, id)
     INSERT INTO ${table}_bodies SELECT namespace, day, id, '', '' FROM e`,
  );
  await place.pool.query(`ANALYZE ${table}; ANALYZE ${table}_bodies`);
  const start = ['crm', '-infinity', '0', null, null, null, null, null];
  const plans = {
    ended: await planOf(statements.ended, ['crm', '[{"key":"k500","outcome":"processed","at":1,"names":[]}]']),
    kept: await planOf(statements.kept, ['crm', '["k500"]', 30]),
    findKey: await planOf(find('key', false), [...start, 200, 'k500']),
    findAll: await planOf(find('all', false), [...start, 200]),
    removeKey: await planOf(remove('key'), [...start, 200, 'k500']),
    removeOld: await planOf(remove('old'), [...start, 200, 30]),
    removeOldKey: await planOf(remove('old key'), [...start, 1, 30, 'k500']),
  };
  for (const plan of Object.values(plans)) {
    // Partitions that are empty may be read as they are.
    const read = plan.split('\n').filter((line) => line.includes('Seq Scan'));
    expect(read.filter((line) => !line.includes('_other') && !line.includes(`_${dayName(1)}`))).toStrictEqual([]);
  }
  const byKey = `Index Scan using ${table}_pkey`;
  const byPlace = `Index Scan using ${table}_namespace_day_id_key`;
  expect(plans.ended).toContain(byKey);
  expect(plans.kept).toMatch(new RegExp(`Index (?:Only )?Scan (?:using|on) ${table}_pkey`));
  expect(plans.findKey).toContain(byKey);
  expect(plans.findAll).toContain(byPlace);
  expect(plans.removeKey).toContain(byKey);
  expect(plans.removeOld).toContain(byPlace);
  expect(plans.removeOldKey).toContain(byKey);
});

async function planOf(text: string, values: unknown[]): Promise<string> {
  const { rows } = await place.pool.query(`EXPLAIN ${text}`, values);
  return (rows as Record<'QUERY PLAN', string>[]).map((row) => row['QUERY PLAN']).join('\n');
}
