import { type BigmindEvent, type EventName, eventNames, validateEvent } from '../../src';
import { type DeepPartial, examplePayload } from '../../src/testing';
import { examplesOf } from '../fixtures/reference-examples';

test.each(eventNames)("gives the reference's payload of %s", (name) => {
  const payload: BigmindEvent = examplePayload(name);
  expect(payload).toEqual(examplesOf(name)[0]);
  expect(validateEvent(payload)).toEqual({ valid: true, event: payload });
});

test('gives a fresh copy each time, down to the last array', () => {
  const first = examplePayload('notes_created');
  first.data.content = 'changed';
  first.relations.associated_account_ids.push('acc_changed');
  const second = examplePayload('notes_created');
  expect(second.data.content).not.toBe('changed');
  expect(second.relations.associated_account_ids).not.toContain('acc_changed');
});

test('merges overrides at any depth, and leaves what is beside them', () => {
  const example = examplePayload('todo_created');
  const payload = examplePayload('todo_created', { data: { type: 'linkedin', due_at: null }, webhook_id: 'wh_mine' });
  expect(payload).toEqual({
    ...example,
    webhook_id: 'wh_mine',
    data: { ...example.data, type: 'linkedin', due_at: null },
  });
});

test('replaces arrays whole', () => {
  const warnings = [{ severity: 'high', warning: 'Budget', reasoning: null }];
  const payload = examplePayload('notes_created', { data: { note_type: 'warnings', content: warnings } });
  expect(payload.data.content).toEqual(warnings);
});

test('leaves out what is overridden with undefined, so that a missing property can be tested', () => {
  const payload = examplePayload('notes_created', { data: { note_id: undefined } });
  expect(payload.data).not.toHaveProperty('note_id');
  const pointer = '/data/note_id';
  expect(validateEvent(payload)).toEqual({
    valid: false,
    errors: [{ pointer, keyword: 'required', detail: 'must be present' }],
  });
});

test('keeps nothing of the overrides, and changes nothing in them', () => {
  const overrides = { data: { content: [{ severity: 'low', warning: 'Timing' }] } };
  const before = structuredClone(overrides);
  const payload = examplePayload('notes_created', overrides);
  (payload.data.content as object[]).push({});
  expect(overrides).toEqual(before);
});

test('takes an override named __proto__ for a property, not for the prototype', () => {
  const hostile = JSON.parse('{"data":{"__proto__":{"polluted":true}}}') as DeepPartial<BigmindEvent>;
  const { data } = examplePayload('email_sent', hostile as DeepPartial<BigmindEvent & { event: 'email_sent' }>);
  expect(Object.keys(data)).toContain('__proto__');
  expect('polluted' in data).toBe(false);
});

test.each([null, 'warnings', 7, [{}]])('refuses %j in place of what to merge in', (overrides) => {
  expect(() => examplePayload('notes_created', overrides as never)).toThrow(
    /^BAD_OPTION examplePayload\.overrides: expected an object to merge in, got /,
  );
});

test.each(['notes_create', 'constructor', '__proto__', '', undefined, null, 5])(
  'refuses %j, which is no event, and names those that are',
  (name) => {
    expect(() => examplePayload(name as EventName)).toThrow(RangeError);
    expect(() => examplePayload(name as EventName)).toThrow(/Known are .*notes_created/);
  },
);
