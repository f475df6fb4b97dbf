import { readEventName, validateEvent } from '../../src/events/validate-event';
import { examplesOf, referenceExamples } from '../fixtures/reference-examples';

test.each(referenceExamples)('gives back the very $event that it was given', (example) => {
  const validation = validateEvent(example);
  expect(validation).toEqual({ valid: true, event: example });
  expect(validation.valid && validation.event).toBe(example);
});

test('names the first place where an event departs from its schema', () => {
  const [event] = examplesOf('notes_created');
  expect(validateEvent({ ...event, data: { ...event?.data, note_id: 7, user_id: 7 } })).toEqual({
    valid: false,
    errors: [{ pointer: '/data/note_id', keyword: 'type', detail: 'must be string' }],
  });
});

test('names what a condition demands, and not the condition', () => {
  const [event] = examplesOf('notes_created');
  const data = { ...event?.data, note_type: 'warnings', content: 'no list' };
  expect(validateEvent({ ...event, data })).toMatchObject({
    errors: [{ pointer: '/data/content', keyword: 'type', detail: 'must be array' }],
  });
});

test.each<[string, unknown, string, string]>([
  ['null', null, '', 'type'],
  ['nothing', undefined, '', 'type'],
  ['a list', [{ event: 'notes_created' }], '', 'type'],
  ['a string', 'notes_created', '', 'type'],
  ['a number', 7, '', 'type'],
  ['an object without event', {}, '/event', 'required'],
  ['an event that is undefined', { event: undefined }, '/event', 'required'],
  ['an event that is null', { event: null }, '/event', 'type'],
  ['an event that is a list', { event: ['notes_created'] }, '/event', 'type'],
  ['an empty event', { event: '' }, '/event', 'minLength'],
  ['an unknown event', { event: 'notes_deleted' }, '/event', 'enum'],
  ['an event named as what objects inherit', { event: 'constructor' }, '/event', 'enum'],
  ['an event named __proto__', { event: '__proto__' }, '/event', 'enum'],
  ['an event that is inherited', Object.create({ event: 'notes_created' }), '/event', 'required'],
  ['an event in __proto__', JSON.parse('{"__proto__":{"event":"notes_created"}}'), '/event', 'required'],
])('refuses %s', (_title, value, pointer, keyword) => {
  expect(validateEvent(value)).toEqual({
    valid: false,
    errors: [{ pointer, keyword, detail: expect.any(String) }],
  });
});

test('reads an event name whether or not there is a schema for it', () => {
  expect(readEventName({ event: 'notes_deleted' })).toBe('notes_deleted');
  expect(readEventName(Object.assign(Object.create(null), { event: 'notes_created' }))).toBe('notes_created');
});

test('never repeats a value of the payload', () => {
  const secret = 'hunter2';
  const [event] = examplesOf('todo_created');
  const spoilt: unknown[] = [
    { event: secret },
    { ...event, timestamp: secret },
    { ...event, data: { ...event?.data, type: secret } },
    { ...event, data: { ...event?.data, ai_generated: secret } },
    { ...event, data: secret },
  ];
  for (const value of spoilt) {
    const validation = validateEvent(value);
    expect(validation.valid).toBe(false);
    expect(JSON.stringify(validation)).not.toContain(secret);
  }
});
