import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Claim } from '../../src/index';
import { type PostgresStore, postgresStore } from '../../src/stores/postgres/index';
import { connectPostgres, forgetNamespaces, freshNamespace } from './services';

const long = 60_000;
const running = { running: true, retryAfterMs: expect.any(Number) as number };
let pool: Pool;

beforeAll(async () => {
  pool = await connectPostgres();
  await postgresStore({ pool, namespace: freshNamespace() }).migrate();
});

afterAll(async () => {
  await forgetNamespaces();
  await pool.end();
});

/** A store, and the statements that it has run. */
function counted(): { readonly store: PostgresStore; readonly statements: string[]; readonly namespace: string } {
  const statements: string[] = [];
  const namespace = freshNamespace();
  const counting = {
    query(text: string, values?: unknown[]) {
      statements.push(text);
      return pool.query(text, values);
    },
  };
  return { store: postgresStore({ pool: counting, namespace }), statements, namespace };
}

function keys(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID());
}

async function claimAll(store: PostgresStore, names: readonly string[]): Promise<readonly Claim[]> {
  const answers = await Promise.all(names.map(async (key) => store.claim(key, long, long)));
  return answers.map((answer) => {
    if (typeof answer === 'object' && 'token' in answer) return answer;
    throw new Error(`expected a claim, got ${JSON.stringify(answer)}`);
  });
}

/** Prunes once now, so that it does not do so while statements are counted. */
async function used(store: PostgresStore, statements: string[]): Promise<void> {
  await claimAll(store, keys(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  statements.length = 0;
}

test('twenty claims, extensions and completions of one turn are three statements', async () => {
  const { store, statements } = counted();
  await used(store, statements);
  const names = keys(20);
  const claims = await claimAll(store, names);
  const all = (step: (key: string, token: string) => unknown) =>
    Promise.all(names.map((key, index) => step(key, claims[index]?.token ?? '')));
  expect(await all((key, token) => store.extend(key, token, long))).toEqual(names.map(() => true));
  expect(await all((key, token) => store.complete(key, token, long))).toEqual(names.map(() => true));
  expect(statements).toHaveLength(3);
  expect(await all((key) => store.claim(key, long, long))).toEqual(names.map(() => 'done'));
});

test('claims of one turn are told apart: new, again, running and done', async () => {
  const { store, statements } = counted();
  const [held, done, again, fresh] = keys(4) as [string, string, string, string];
  const [, doneClaim, againClaim] = await claimAll(store, [held, done, again]);
  await store.complete(done, doneClaim?.token ?? '', long);
  await store.succeeded(again, againClaim?.token ?? '', 'notes_created', long);
  await store.release(again, againClaim?.token ?? '');
  statements.length = 0;
  const answers = await Promise.all([held, done, again, fresh].map(async (key) => store.claim(key, long, long)));
  expect(answers).toStrictEqual([
    running,
    'done',
    { token: expect.any(String) as string, attempt: 2, succeeded: ['notes_created'] },
    { token: expect.any(String) as string, attempt: 1, succeeded: [] },
  ]);
  expect(statements).toHaveLength(1);
});

test('completions of one turn are told apart: held, of an older token, done and unknown', async () => {
  const { store } = counted();
  const [held, stale, done] = keys(3) as [string, string, string];
  const [heldClaim, staleClaim, doneClaim] = await claimAll(store, [held, stale, done]);
  await store.complete(done, doneClaim?.token ?? '', long);
  await store.release(stale, staleClaim?.token ?? '');
  const [newClaim] = await claimAll(store, [stale]);
  const asked = [
    [held, heldClaim],
    [stale, staleClaim],
    [done, doneClaim],
    [randomUUID(), heldClaim],
  ] as const;
  const told = asked.map(async ([key, claim]) => store.complete(key, claim?.token ?? '', long));
  expect(await Promise.all(told)).toEqual([true, false, false, false]);
  expect(await store.claim(stale, long, long)).toEqual(running);
  expect(await store.complete(stale, newClaim?.token ?? '', long)).toBe(true);
});

test('of claims on one key in one turn, one has it', async () => {
  const { store } = counted();
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 5 }, async () => store.claim(key, long, long)));
  expect(answers.filter((answer) => typeof answer === 'object' && 'token' in answer)).toHaveLength(1);
  expect(answers.filter((answer) => typeof answer === 'object' && 'running' in answer)).toHaveLength(4);
});

test('a key that PostgreSQL refuses fails alone', async () => {
  const { store } = counted();
  const [one, other] = keys(2) as [string, string];
  const [first, refused, last] = await Promise.allSettled(
    [one, 'nul \0', other].map(async (key) => store.claim(key, long, long)),
  );
  expect(refused).toMatchObject({ status: 'rejected' });
  for (const settled of [first, last]) expect(settled).toMatchObject({ status: 'fulfilled', value: { attempt: 1 } });
});

test('a claim that waits for a locked row holds up no later claim', async () => {
  const { store, namespace } = counted();
  const [locked] = keys(1) as [string];
  const [claim] = await claimAll(store, [locked]);
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM bigmind_webhook_deliveries WHERE namespace = $1 FOR UPDATE', [namespace]);
  const waiting = store.complete(locked, claim?.token ?? '', long);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const others = await claimAll(store, keys(3));
  const notHeldUp = (async () => store.complete('another', others[0]?.token ?? '', long))();
  const completed = await Promise.race([waiting, notHeldUp.then(() => 'not held up')]);
  await client.query('ROLLBACK');
  client.release();
  expect(completed).toBe('not held up');
  expect(await waiting).toBe(true);
});

test('two stores that claim and complete the same deliveries in any order never wait for each other for good', async () => {
  const namespace = freshNamespace();
  const stores = [postgresStore({ pool, namespace }), postgresStore({ pool, namespace })];
  const names = keys(30);
  const started = performance.now();
  const mine = new Map<string, string>();
  for (let round = 0; round < 30; round += 1) {
    await Promise.all(
      stores.map((store, which) =>
        Promise.all(
          (which === 0 ? names : names.toReversed()).map(async (key) => {
            const token = mine.get(key);
            if (which === 0 && token !== undefined) await store.extend(key, token, long);
            else {
              const answer = await store.claim(key, long, long);
              if (typeof answer === 'object' && 'token' in answer) mine.set(key, answer.token);
            }
          }),
        ),
      ),
    );
  }
  expect(mine.size).toBe(30);
  // PostgreSQL would end a deadlock after a second each.
  expect(performance.now() - started).toBeLessThan(10_000);
});

/** Holds the row of a delivery, as a slow transaction of somebody else does, while `meanwhile` runs. */
async function whileLocked<T>(key: string, ms: number, meanwhile: () => Promise<T>): Promise<T> {
  const other = await pool.connect();
  await other.query('BEGIN');
  await other.query('SELECT 1 FROM bigmind_webhook_deliveries WHERE key = $1 FOR UPDATE', [key]);
  const result = meanwhile();
  await new Promise((resolve) => setTimeout(resolve, ms));
  await other.query('COMMIT');
  other.release();
  return await result;
}

test('a lease that is extended while a copy waits for its row is not taken over', async () => {
  const { store, namespace } = counted();
  const elsewhere = postgresStore({ pool, namespace });
  const [key] = keys(1) as [string];
  const [claim] = await claimAll(store, [key]);
  const token = claim?.token ?? '';
  const [isExtended, copy] = await whileLocked(key, 1800, async () => {
    const extending = store.extend(key, token, long);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return Promise.all([extending, elsewhere.claim(key, long, long)]);
  });
  expect(isExtended).toBe(true);
  expect(copy).toStrictEqual(running);
  expect(await store.complete(key, token, long)).toBe(true);
});

test('a row that somebody holds keeps the other deliveries of its statement waiting for half a second at most', async () => {
  const { store } = counted();
  const [slow, other] = keys(2) as [string, string];
  const [slowClaim, otherClaim] = await claimAll(store, [slow, other]);
  const began = performance.now();
  const [took, isExtended] = await whileLocked(slow, 3000, async () => {
    const extending = store.extend(slow, slowClaim?.token ?? '', long);
    await store.extend(other, otherClaim?.token ?? '', long);
    return [performance.now() - began, await extending];
  });
  expect(took).toBeLessThan(2000);
  // Alone, it waits as long as it takes, and PostgreSQL's own setting is as it was.
  expect(isExtended).toBe(true);
  expect((await pool.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
});
