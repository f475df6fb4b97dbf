import { makeWorkspace, removeWorkspace } from '../../docs/workspace';
import { closeConnections, outcomeOf } from '../kit/sender';
import { type Command, type Crm, type Example, exampleIn, seen, startCrm } from './kit';

let workspace: string;
let crm: Crm;
let example: Example;
let running: Command | undefined;

beforeAll(async () => {
  workspace = makeWorkspace();
  crm = await startCrm();
  example = await exampleIn(workspace, 'embedded-durable', { CRM_URL: crm.url, ATTEMPTS: '1' });
});

afterAll(() => {
  crm.close();
  closeConnections();
  removeWorkspace(workspace);
});

// Two processes must never open one folder: what a failed test left running would break the next.
afterEach(() => running?.stop('SIGKILL'));

// A new PGlite folder takes 7 s on an idle machine, and 40 s on one where the other suites keep every core busy.
const startMs = 150_000;
jest.setTimeout(2 * startMs);

async function start(...args: string[]): Promise<Command> {
  const command = example.run('start', args);
  running = command;
  await seen(command, () => command.output().includes('Deliveries are taken'), startMs);
  return command;
}

function notes(): unknown[] {
  return crm.told.map(({ what }) => (what as { note: string }).note);
}

test('the embedded-durable example handles a delivery once, also when it comes again after a restart, and a dead letter when told to', async () => {
  const first = await start();
  expect(outcomeOf(await example.send('note_1'))).toBe('queued');
  await seen(first, () => crm.told.length === 1);
  crm.status = 500;
  expect(outcomeOf(await example.send('note_dead'))).toBe('queued');
  await seen(first, () => first.output().includes('"outcome":"failed"'));
  expect(await first.stop()).toMatchObject({ code: 0, signal: null });

  crm.status = 204;
  const second = await start('redrive');
  expect(second.output()).toMatch(/Dead letter \S+, notes_created: crm-notes: Error: The CRM answered 500\n1 redriven/);
  expect(outcomeOf(await example.send('note_1'))).toBe('queued');
  expect(outcomeOf(await example.send('note_2'))).toBe('queued');
  await seen(second, () => crm.told.length >= 4);
  expect(await second.stop()).toMatchObject({ code: 0, signal: null });
  expect(notes().toSorted()).toEqual(['note_1', 'note_2', 'note_dead', 'note_dead']);
});

test('what was queued when the process was killed is handled after the next start', async () => {
  crm.told.length = 0;
  crm.status = 204;
  const first = await start();
  expect(outcomeOf(await example.send('note_9'))).toBe('queued');
  expect(await first.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
  const second = await start();
  await seen(second, () => notes().includes('note_9'));
  expect(await second.stop()).toMatchObject({ code: 0, signal: null });
});
