import { eventNames, validateEvent } from '../../src';
import { examplePayload, schemaErrors } from '../../src/testing';
import { computingTime } from '../fixtures/computing-time';

const note = examplePayload('notes_created');

test('lists every error at its place, and no value', () => {
  const errors = schemaErrors({
    ...note,
    timestamp: 'the day of the secret',
    data: { ...note.data, note_id: 7, content: 1 },
  });
  expect(errors).toEqual(
    expect.arrayContaining([
      { pointer: '/timestamp', keyword: 'format', detail: 'must be a date-time' },
      expect.objectContaining({ pointer: '/data/note_id', keyword: 'type' }),
      expect.objectContaining({ pointer: '/data/content' }),
    ]),
  );
  expect(JSON.stringify(errors)).not.toContain('secret');
});

test.each(eventNames)('finds in %s what a receiver stops at, wherever it is broken', (event) => {
  const payload = examplePayload(event) as unknown as Record<string, unknown>;
  expect(schemaErrors(payload)).toStrictEqual([]);
  for (const broken of [...brokenIn(payload), {}]) {
    const verdict = validateEvent(broken);
    const errors = schemaErrors(broken);
    if (verdict.valid) expect(errors).toStrictEqual([]);
    else expect(errors).toContainEqual(verdict.errors[0]);
    expect(errors.map(({ keyword }) => keyword)).not.toContain('if');
  }
});

/** The payload with each of its properties, at any depth, gone or of another type. */
function brokenIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [{ odd: true }];
  return Object.entries(value).flatMap(([name, held]) => {
    const withThis = (other: unknown): unknown =>
      Array.isArray(value) ? value.with(Number(name), other) : { ...value, [name]: other };
    return [withThis(undefined), withThis([]), ...brokenIn(held).map(withThis)];
  });
}

test.each<[unknown, string]>([
  [null, ''],
  [[], ''],
  [{}, '/event'],
  [{ event: '' }, '/event'],
  [{ event: 'constructor' }, '/event'],
])('%j has one error', (value, pointer) => {
  expect(schemaErrors(value)).toEqual([expect.objectContaining({ pointer })]);
});

test('lists at most 100 errors, and holds no more than that needs', () => {
  const scorecard = examplePayload('scorecard_answers_created');
  const answers = Array.from({ length: 100_000 }, () => ({}));
  const payload = { ...scorecard, timestamp: 1, data: { ...scorecard.data, questions_and_answers: answers } };
  const computedMs = computingTime();
  const errors = schemaErrors(payload);
  expect(errors).toHaveLength(100);
  // The square of so many answers would be minutes.
  expect(computedMs()).toBeLessThan(20_000);
  expect(answers).toHaveLength(100_000);
});

test.each([
  ['arrays', '[', ']'],
  ['objects', '{"data":', '}'],
])('lists the errors of 100,000 levels of %s without a stack that overflows', (_what, open, close) => {
  const levels = 100_000;
  const text = `{"event":"todo_created","data":${open.repeat(levels)}1${close.repeat(levels)}}`;
  const computedMs = computingTime();
  expect(schemaErrors(JSON.parse(text))).toContainEqual(expect.objectContaining({ pointer: '/timestamp' }));
  expect(computedMs()).toBeLessThan(5000);
});

test('leaves the payload alone, and takes no key for the prototype', () => {
  const payload = JSON.parse('{"event":"todo_created","__proto__":{"data":{}}}') as object;
  const before = JSON.stringify(payload);
  expect(schemaErrors(payload).map(({ pointer }) => pointer)).toContain('/data');
  expect(JSON.stringify(payload)).toBe(before);
});

test('takes the items of lists further up first', () => {
  const scorecard = examplePayload('scorecard_answers_created');
  const deep = Array.from({ length: 20_000 }, () => 1);
  const more = { notes: [[deep]], data: { ...scorecard.data, questions_and_answers: [{}, 1] } };
  const places = schemaErrors({ ...more, ...scorecard, data: more.data }).map(({ pointer }) => pointer.split('/')[3]);
  expect(new Set(places)).toStrictEqual(new Set(['0', '1']));
});

test('counts the items of all lists together', () => {
  const scorecard = examplePayload('scorecard_answers_created');
  const notes = Array.from({ length: 10_000 }, () => 1);
  const payload = { notes, ...scorecard, data: { ...scorecard.data, questions_and_answers: [{}, {}] } };
  const places = schemaErrors(payload).map(({ pointer }) => pointer.split('/')[3]);
  expect(new Set(places)).toStrictEqual(new Set(['0']));
});

test('looks at 10,000 list items of a payload, and finds the first error where all are beyond', () => {
  const scorecard = examplePayload('scorecard_answers_created');
  const [answer] = scorecard.data.questions_and_answers;
  const answers = Array.from({ length: 10_002 }, (_, place) => (place < 10_000 ? answer : {}));
  const payload = { ...scorecard, data: { ...scorecard.data, questions_and_answers: answers } };
  const places = schemaErrors(payload).map(({ pointer }) => pointer.split('/')[3]);
  expect(places).toStrictEqual(['10000']);
});
