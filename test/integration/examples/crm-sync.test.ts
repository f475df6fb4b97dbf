import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { examplePayload, type SignedDelivery, signDelivery } from '../../../src/testing/index';
import { makeWorkspace, removeWorkspace } from '../../docs/workspace';
import { proxyTo, type Wire } from '../kit/proxy';
import { closeConnections, outcomeOf, post, secret } from '../kit/sender';
import { connectPostgres, databaseUrl } from '../services';
import { type Command, type Example, exampleIn, seen } from './kit';

const database = `example_${randomBytes(8).toString('hex')}`;
let workspace: string;
let pool: Pool;
/** Between the first process and PostgreSQL. */
let wire: Wire;
let example: Example;
let second: Example;
let command: Command;
let secondCommand: Command;

async function administer(statement: string): Promise<void> {
  const admin = await connectPostgres();
  await admin.query(statement);
  await admin.end();
}

beforeAll(async () => {
  workspace = makeWorkspace();
  await administer(`CREATE DATABASE ${database}`);
  const url = new URL(databaseUrl);
  url.pathname = `/${database}`;
  pool = new Pool({ connectionString: url.href, max: 4 });
  // `end()` does not wait until the server has seen every connection close: `DROP DATABASE` terminates those it has not.
  pool.on('error', () => undefined);
  wire = await proxyTo(url.hostname, Number(url.port || 5432));
  const wired = new URL(url);
  wired.host = `127.0.0.1:${wire.port}`;
  example = await exampleIn(workspace, 'crm-sync', { DATABASE_URL: wired.href });
  second = await exampleIn(workspace, 'crm-sync', { DATABASE_URL: url.href });
  // At the same time, and so both make the tables.
  [command, secondCommand] = await Promise.all([start(example), start(second)]);
});

afterAll(async () => {
  closeConnections();
  await Promise.all([command.stop('SIGKILL'), secondCommand.stop('SIGKILL')]);
  await Promise.all([pool.end(), wire.close()]);
  await administer(`DROP DATABASE ${database} WITH (FORCE)`);
  removeWorkspace(workspace);
});

async function start(started: Example): Promise<Command> {
  const begun = started.run('start');
  await seen(begun, () => begun.output().includes('Deliveries are taken'));
  return begun;
}

/** A time on the day of the tests. */
const at = (minute: number): string => `2025-10-10T14:${String(minute).padStart(2, '0')}:00.000Z`;

function signed(payload: object): SignedDelivery {
  return signDelivery({ payload, secret });
}

function created(note_id: string, content: string, minute = 0): SignedDelivery {
  return signed(examplePayload('notes_created', { data: { note_id, content, created_at: at(minute) } }));
}

function updated(note_id: string, content: string, minute: number): SignedDelivery {
  return signed(examplePayload('notes_updated', { data: { note_id, content, updated_at: at(minute) } }));
}

async function send(delivery: SignedDelivery, to = example): Promise<string> {
  const reply = await post(to.port, delivery);
  return `${reply.status} ${outcomeOf(reply)}`;
}

async function rows(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await pool.query<Record<string, unknown>>(text, values)).rows;
}

async function note(id: string): Promise<Record<string, unknown> | undefined> {
  return (await rows('SELECT content, revision FROM crm_notes WHERE note_id = $1', [id]))[0];
}

async function activities(id: string): Promise<unknown[]> {
  const found = await rows('SELECT event FROM crm_activities WHERE object_id = $1 ORDER BY happened_at', [id]);
  return found.map(({ event }) => event);
}

test('writes a note and its update once each, and nothing of a repeat or a forgery', async () => {
  const [first, change] = [created('note_1', 'written'), updated('note_1', 'changed', 5)];
  expect(await send(first)).toBe('200 processed');
  expect(await note('note_1')).toEqual({ content: 'written', revision: 1 });
  expect(await send(change)).toBe('200 processed');
  expect(await send(first)).toBe('200 duplicate');
  expect(await send(change)).toBe('200 duplicate');
  const payload = examplePayload('notes_updated', { data: { note_id: 'note_1', content: 'forged' } });
  expect(await send(signDelivery({ payload, secret: 'another secret' }))).toBe('401 UNAUTHENTICATED');
  expect(await note('note_1')).toEqual({ content: 'changed', revision: 2 });
  expect(await activities('note_1')).toEqual(['notes_created', 'notes_updated']);
});

test('an older update never overwrites a newer one, nor a late creation an update', async () => {
  await send(updated('note_2', 'newer', 9));
  expect(await send(updated('note_2', 'older', 5))).toBe('200 processed');
  expect(await note('note_2')).toEqual({ content: 'newer', revision: 1 });
  // Even one whose clock runs ahead.
  expect(await send(created('note_2', 'first', 30))).toBe('200 processed');
  expect(await note('note_2')).toEqual({ content: 'newer', revision: 2 });
  await send(updated('note_2', 'newest', 10));
  expect(await note('note_2')).toEqual({ content: 'newest', revision: 3 });
});

test('keeps to-dos in the same way, and what only their creation tells', async () => {
  const todo_id = 'todo_1';
  const change = (status: string, minute: number): SignedDelivery =>
    signed(examplePayload('todo_updated', { data: { todo_id, status, updated_at: at(minute) } }));
  await send(change('done', 9));
  await send(change('open', 5));
  await send(signed(examplePayload('todo_created', { data: { todo_id, meeting_id: 'mtg_1' } })));
  expect(await send(change('done', 9))).toBe('200 duplicate');
  const found = await rows('SELECT status, meeting_id, revision FROM crm_todos WHERE todo_id = $1', [todo_id]);
  expect(found).toEqual([{ status: 'done', meeting_id: 'mtg_1', revision: 2 }]);
});

test('takes a note of warnings, and one with a character that PostgreSQL cannot hold', async () => {
  const content = [{ severity: 'high', warning: 'Competitor mentioned', reasoning: null }];
  const warnings = examplePayload('notes_created', { data: { note_id: 'note_3', note_type: 'warnings', content } });
  expect(await send(signed(warnings))).toBe('200 processed');
  expect(await note('note_3')).toMatchObject({ content: 'high: Competitor mentioned' });
  expect(await send(created('note_4', 'a\0b'))).toBe('200 processed');
  expect(await note('note_4')).toMatchObject({ content: 'ab' });
});

test('two processes that get the same deliveries at once, in any order, write each once and end with the newest', async () => {
  const deliveries = [3, 1, 5, 2, 4].map((version) => updated('note_5', `version ${version}`, version));
  const both = deliveries.flatMap((delivery) => [sendUntilDone(delivery, example), sendUntilDone(delivery, second)]);
  const outcomes = await Promise.all(both);
  expect(outcomes.filter((outcome) => outcome === '200 processed')).toHaveLength(5);
  expect(outcomes.filter((outcome) => outcome === '200 duplicate')).toHaveLength(5);
  expect(await note('note_5')).toMatchObject({ content: 'version 5' });
  expect(await activities('note_5')).toHaveLength(5);
});

/** As a sender does: it sends again while the other process is at it. */
async function sendUntilDone(delivery: SignedDelivery, to: Example): Promise<string> {
  let outcome = '';
  await seen(command, async () => {
    outcome = await send(delivery, to);
    return outcome !== '503 IN_PROGRESS';
  });
  return outcome;
}

/** Lets nobody change what the store holds, so that a process cannot record what it did. */
async function withoutRecords(work: () => Promise<void>): Promise<void> {
  await pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'refused by the test'; END $$`);
  await pool.query(`CREATE TRIGGER refused BEFORE UPDATE ON bigmind_webhook_deliveries
    FOR EACH ROW EXECUTE FUNCTION refuse()`);
  try {
    await work();
  } finally {
    await pool.query('DROP FUNCTION refuse() CASCADE');
  }
}

/** A claim of a process that was killed lasts 15 s: nobody waits for that. */
async function endLeases(): Promise<void> {
  await pool.query(
    'UPDATE bigmind_webhook_deliveries SET lease_until = clock_timestamp() WHERE lease_until IS NOT NULL',
  );
}

async function attempts(): Promise<number> {
  const [row] = await rows('SELECT max(attempt) AS attempts FROM bigmind_webhook_deliveries WHERE done');
  return Number(row?.['attempts']);
}

test('killed between the commit and its record, it writes nothing twice: the repeat runs, and finds its key', async () => {
  await send(created('note_6', 'written'));
  const change = updated('note_6', 'changed', 5);
  await withoutRecords(async () => {
    const unanswered = post(example.port, change);
    await seen(command, async () => (await note('note_6'))?.['revision'] === 2);
    expect(await command.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    expect((await unanswered).status).toBeUndefined();
  });
  expect(await send(change, second)).toBe('503 IN_PROGRESS');
  await endLeases();
  expect(await send(change, second)).toBe('200 processed');
  expect(await attempts()).toBe(2);
  expect(await note('note_6')).toEqual({ content: 'changed', revision: 2 });
  expect(await activities('note_6')).toEqual(['notes_created', 'notes_updated']);
  command = await start(example);
});

/** Holds a note, so that a transaction that changes it waits after it has recorded its key. */
async function withNoteHeld(id: string, work: () => Promise<void>): Promise<void> {
  const holder = await pool.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM crm_notes WHERE note_id = $1 FOR UPDATE', [id]);
    await work();
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
}

const waiting = `FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
  AND query LIKE '%INTO crm_notes%'`;

async function seenWaiting(): Promise<void> {
  await seen(command, async () => (await rows(`SELECT pid ${waiting}`)).length === 1);
}

test('killed before the commit, it has written nothing, not even its key, and the repeat writes it all', async () => {
  await send(created('note_7', 'written'));
  const change = updated('note_7', 'changed', 5);
  await withNoteHeld('note_7', async () => {
    const unanswered = post(example.port, change);
    await seenWaiting();
    await command.stop('SIGKILL');
    expect((await unanswered).status).toBeUndefined();
  });
  // Its transaction ends once PostgreSQL has found nobody there.
  await seen(secondCommand, async () => (await rows(`SELECT pid ${waiting}`)).length === 0);
  expect(await note('note_7')).toEqual({ content: 'written', revision: 1 });
  expect(await activities('note_7')).toEqual(['notes_created']);
  await endLeases();
  expect(await send(change, second)).toBe('200 processed');
  expect(await note('note_7')).toEqual({ content: 'changed', revision: 2 });
  expect(await activities('note_7')).toEqual(['notes_created', 'notes_updated']);
  command = await start(example);
});

test('connections that break in a transaction fail the delivery, not the process, and the repeat writes it', async () => {
  await send(created('note_8', 'written'));
  const change = updated('note_8', 'changed', 5);
  await withNoteHeld('note_8', async () => {
    const answered = send(change);
    await seenWaiting();
    wire.cut();
    expect(await answered).toBe('500 FAILED');
  });
  expect(await note('note_8')).toEqual({ content: 'written', revision: 1 });
  wire.mend();
  await seen(command, async () => {
    await endLeases();
    return (await send(change)) === '200 processed';
  });
  expect(await note('note_8')).toEqual({ content: 'changed', revision: 2 });
});

test('told to end while it writes, it answers first; then all its processes leave cleanly', async () => {
  await send(created('note_9', 'written'));
  let answered: Promise<string> | undefined;
  let ended: ReturnType<Command['stop']> | undefined;
  await withNoteHeld('note_9', async () => {
    answered = send(updated('note_9', 'changed', 5));
    await seenWaiting();
    ended = command.stop();
    await seen(command, async () => (await post(example.port, created('note_9', 'late'))).status !== 200);
  });
  expect(await answered).toBe('200 processed');
  // Its connections to PostgreSQL are closed, not left to their idle time of 10 s.
  const told = performance.now();
  expect(await ended).toMatchObject({ code: 0, signal: null });
  expect(await secondCommand.stop()).toMatchObject({ code: 0, signal: null });
  expect(performance.now() - told).toBeLessThan(8000);
  expect(await note('note_9')).toEqual({ content: 'changed', revision: 2 });
});
