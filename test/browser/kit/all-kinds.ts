import { examplePayload } from '../../../src/testing';
import type { Stage } from './stage';

/** Sends a delivery of each kind that the page shows in a way of its own. Each is found by a text that it alone has. */
export async function sendAllKinds(stage: Stage): Promise<void> {
  const raw = (body: string | Buffer, headers = {}, method = 'POST') =>
    fetch(stage.receiver, { method, headers, body: Buffer.from(body) as BodyInit });
  await stage.post(examplePayload('notes_created'));
  await stage.post(examplePayload('todo_created', { data: { type: 'fax' as 'email', description: undefined } }));
  await stage.post(examplePayload('email_sent'), { secret: 'another secret' });
  await stage.post({
    event: 'deal_won',
    'a hidden \u202e name': '\u0001',
    none: null,
    yes: true,
    list: [],
    long: 'x'.repeat(900),
  });
  await stage.post({ event: 'list_of_many', data: Array(300).fill({ a: 1 }) });
  await stage.post('{\n  "event": "broken_one",\n  "data": 01\n}');
  await stage.post({ event: 'large_one', data: Array(6000).fill(1) });
  await raw(Buffer.from('"no_text'.padEnd(20, '\u00ff'), 'latin1'), { 'x-note': 'no_text' });
  await raw('', { 'x-note': 'empty_one' });
  await raw('{"event":"tried_one","data":{"title":"old"}}', {
    'webhook-id': 'msg_1',
    'x-note': 'one',
    'x-try': 'first_try',
  });
  await raw('{"event":"tried_one","data":{"title":"new"}}', {
    'webhook-id': 'msg_1',
    'x-note': 'two',
    'x-try': 'second_try',
    'x-once': '1',
  });
  await raw('{"event":"stray_one"}', { 'x-note': 'stray_one' }, 'PUT');
  const { headers } = stage.log.get(1)?.request ?? { headers: {} };
  await raw(stage.log.get(1)?.request.body ?? '', { ...headers, 'x-note': 'the_same_again' });
}
