import { outcomeOf } from '../kit/sender';
import { type Command, type Crm, type Example, seen } from './kit';

/** Starts an example of two processes, and waits until both are at work. */
export async function startBoth(example: Example): Promise<Command> {
  const command = example.run('start');
  const isUp = (): boolean => /are taken at[\s\S]*are handled|are handled[\s\S]*are taken at/.test(command.output());
  await seen(command, isUp);
  return command;
}

/** Sends a note, sees it reach the CRM, and a repeat of it reach nothing. */
export async function expectHandledOnce(example: Example, command: Command, crm: Crm): Promise<void> {
  const before = crm.told.length;
  const reply = await example.send('note_1');
  expect({ status: reply.status, outcome: outcomeOf(reply) }).toEqual({ status: 200, outcome: 'queued' });
  await seen(command, () => crm.told.length > before);

  // The one after the repeat is handled: so the repeat would have been, too.
  expect(outcomeOf(await example.send('note_1'))).toBe('queued');
  expect(outcomeOf(await example.send('note_2'))).toBe('queued');
  await seen(command, () => handledLines(command) >= 2);
  const sent = await example.finish('send', 'note_3');
  expect(sent).toBe('200 {"status":"queued"}\n');
  await seen(command, () => handledLines(command) >= 3);
  expect(crm.told.slice(before).map(({ what }) => what)).toEqual([
    { note: 'note_1' },
    { note: 'note_2' },
    { note: 'note_3' },
  ]);
  expect(new Set(crm.told.map(({ key }) => key)).size).toBe(3);
}

/** How many deliveries the log says were processed. */
function handledLines(command: Command): number {
  return command.output().split('"outcome":"processed"').length - 1;
}

/** Lets a delivery fail to its last attempt, sees it listed with its reason, and redriven. */
export async function expectRedriven(example: Example, command: Command, crm: Crm): Promise<void> {
  crm.status = 500;
  await example.send('note_dead');
  await seen(command, () => command.output().includes('"outcome":"failed"'));
  let listed = '';
  await seen(command, async () => {
    listed = await example.finish('dead-letters');
    return listed.includes('1 dead letters');
  });
  expect(listed).toMatch(/^\S+ {2}notes_created {2}1 attempts, the last \S+: crm-notes: Error: The CRM answered 500$/m);

  crm.status = 204;
  const before = crm.told.length;
  const [id = ''] = /^\S+(?= {2}notes_created)/m.exec(listed) ?? [];
  expect(await example.finish('dead-letters', 'redrive', id)).toContain('1 redriven');
  await seen(command, () => crm.told.length > before);
  expect(crm.told.at(-1)?.what).toEqual({ note: 'note_dead' });
  expect(await example.finish('dead-letters')).toContain('0 dead letters');
}
