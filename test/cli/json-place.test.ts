import fc from 'fast-check';
import { whereBroken } from '../../src/cli/json-place';
import { computingTime } from '../fixtures/computing-time';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test.each<[string, string, object]>([
  ['nothing', '', { line: 1, column: 1, expected: 'a value' }],
  ['a missing comma', '{\n  "a": 1\n  "b": 2\n}', { line: 3, column: 3, expected: ', or }' }],
  ['a comma too many', '{"a":[1,]}', { line: 1, column: 9, expected: 'a value' }],
  ['a comma at the end of an object', '{"a":1,}', { line: 1, column: 8, expected: 'a name in double quotes' }],
  ['single quotes', "{'a':1}", { line: 1, column: 2, expected: 'a name in double quotes or }' }],
  ['a missing colon', '{"a" 1}', { line: 1, column: 6, expected: ':' }],
  ['an end too early', '{"a":[1,2', { line: 1, column: 10, expected: ', or ]' }],
  [
    'a text over two lines',
    '{"a":"b\nc"}',
    { line: 1, column: 8, expected: expect.stringContaining('closing quotation mark') },
  ],
  ['an escape that is none', '{"a":"\\x"}', { line: 1, column: 7, expected: 'an escape of JSON after the backslash' }],
  ['two values', '{} {}', { line: 1, column: 4, expected: 'nothing more' }],
  ['a word', '\n\n  nope', { line: 3, column: 3, expected: 'a value' }],
  ['a number with a zero before it', '[01]', { line: 1, column: 3, expected: ', or ]' }],
])('finds %s', (_title, text, place) => {
  expect(whereBroken(text)).toEqual(place);
});

test('finds a place exactly where JSON.parse refuses', () => {
  const sign = fc.constantFrom(...'{}[]:,"\\\n truefalsn0123.eE+-u');
  const nearJson = fc.tuple(fc.json(), fc.nat(), sign).map(([text, at, put]) => {
    const index = at % (text.length + 1);
    return text.slice(0, index) + put + text.slice(index + (at % 2));
  });
  fc.assert(
    fc.property(fc.oneof(fc.json(), nearJson, fc.string({ unit: sign })), (text) => {
      const place = whereBroken(text);
      expect(place === undefined).toBe(isJson(text));
      // Up to there it may be JSON: what stands there is refused, or the text ends.
      if (place !== undefined) {
        const line = text.split('\n')[place.line - 1] ?? '';
        expect(place.column).toBeLessThanOrEqual(line.length + 1);
      }
    }),
    { numRuns: 3000 },
  );
});

const megabyte = 1 << 20;

// In this order: the first ones make the function hot, and then V8 may compile it to something else.
test.each([
  ['open lists', '['.repeat(megabyte)],
  ['open objects', '{"a":'.repeat(megabyte / 4)],
  ['escapes', `"${'\\n'.repeat(megabyte / 2)}`],
  ['a long text', `"${'a'.repeat(megabyte)}`],
  ['open lists on lines', '[\n'.repeat(megabyte / 2)],
  ['empty lines', '\r\n'.repeat(megabyte / 2)],
  ['numbers', `[${'1,'.repeat(megabyte / 2)}`],
  ['digits', `${'1'.repeat(megabyte)}e`],
  ['words', `[${'true,'.repeat(megabyte / 4)}`],
  ['texts', `[${'"",'.repeat(megabyte / 3)}`],
])('a megabyte of %s takes less than two seconds of work', (_title, text) => {
  // As it is read from a file: `repeat` makes a tree of pieces.
  const read = Buffer.from(text).toString();
  const computedMs = computingTime();
  expect(whereBroken(read)).toBeDefined();
  expect(computedMs()).toBeLessThan(2000);
});
