import { eventNames, isBigmindEvent, isRangeAnswer, isWarningsNote, isYesNoAnswer } from '../../src/events/guards';
import { examplesOf, referenceExamples } from '../fixtures/reference-examples';

test('knows the events of the reference, in a list that nobody can change', () => {
  expect(eventNames).toEqual([...new Set(referenceExamples.map(({ event }) => event))].sort());
  expect(Object.isFrozen(eventNames)).toBe(true);
});

test.each(eventNames)('takes %s for an event', (name) => {
  expect(isBigmindEvent(name)).toBe(true);
});

test.each([
  '',
  'notes_create',
  'NOTES_CREATED',
  ' notes_created',
  'constructor',
  '__proto__',
  'toString',
  'length',
  '0',
])('does not take %j for an event', (name) => {
  expect(isBigmindEvent(name)).toBe(false);
});

test('does not take what is no string for an event', () => {
  const unchecked: (name: unknown) => boolean = isBigmindEvent as (name: unknown) => boolean;
  for (const name of [null, undefined, 7, ['notes_created'], { event: 'notes_created' }]) {
    expect(unchecked(name)).toBe(false);
  }
});

test('tells a note of warnings from any other', () => {
  const [note, warnings] = examplesOf('notes_created').map(({ data }) => isWarningsNote(data));
  const [updated] = examplesOf('notes_updated').map(({ data }) => isWarningsNote(data));
  expect([note, warnings, updated]).toEqual([false, true, false]);
});

test('does not take a note for one of warnings by its type alone', () => {
  const [note] = examplesOf('notes_created');
  expect(note && isWarningsNote({ ...note.data, note_type: 'warnings' })).toBe(false);
});

test('does not take a note for one of warnings by its content alone', () => {
  const [, warnings] = examplesOf('notes_created');
  expect(warnings && isWarningsNote({ ...warnings.data, note_type: 'standard' })).toBe(false);
});

describe('of an answer', () => {
  const qa = { question_id: 'q_1', question_name: 'Was budget discussed?' };

  test.each<[string, boolean | number | string | null, 'yes or no' | 'range' | 'neither']>([
    ['yes_no', true, 'yes or no'],
    ['yes_no', false, 'yes or no'],
    ['yes_no', null, 'yes or no'],
    ['range', 0, 'range'],
    ['range', 7.5, 'range'],
    ['range', null, 'range'],
    ['yes_no', 'yes', 'neither'],
    ['yes_no', 1, 'neither'],
    ['range', '8', 'neither'],
    ['range', true, 'neither'],
    ['open', true, 'neither'],
    ['open', null, 'neither'],
  ])('to a question of type %s, %j is: %s', (question_type, answer, kind) => {
    const question = { ...qa, question_type, answer };
    expect([isYesNoAnswer(question), isRangeAnswer(question)]).toEqual([kind === 'yes or no', kind === 'range']);
  });
});
