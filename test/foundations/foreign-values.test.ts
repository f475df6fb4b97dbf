import fc from 'fast-check';
import {
  readBoolean,
  readJson,
  readRows,
  readText,
  readTexts,
  readWholeNumber,
} from '../../src/foundations/foreign-values';

const bytes = (text: string) => [Buffer.from(text), new Uint8Array(Buffer.from(text))];
const yes = [true, 't', 'T', 'true', 'TRUE', 1, 1n, '1', ...bytes('t'), ...bytes('1'), ...bytes('true')];
const no = [false, 'f', 'F', 'false', 'False', 0, 0n, '0', -0, ...bytes('f'), ...bytes('0'), ...bytes('false')];
const neither = [undefined, null, '', ' ', 'y', 'done', 2, -1, 1.5, Number.NaN, 2n, {}, [], [true], ...bytes('')];

test.each(yes)('%p says true', (value) => {
  expect(readBoolean(value, 'it')).toBe(true);
});

test.each(no)('%p says false', (value) => {
  expect(readBoolean(value, 'it')).toBe(false);
});

test.each(neither)('%p says neither true nor false, and throws', (value) => {
  expect(() => readBoolean(value, 'pool: done')).toThrow(/^pool: done: expected a boolean, got /);
});

test('a whole number is read from whatever holds it', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (number) => {
      const forms = [number, String(number), BigInt(number), ...bytes(String(number)), `${number}.0`];
      for (const form of forms) expect(readWholeNumber(form, 'it')).toBe(number);
    }),
  );
});

test('what is no whole number, or none that a number holds, throws', () => {
  const none = [null, undefined, '', ' 1', '1 ', '0x1', '1e3', '1.5', 1.5, Number.NaN, Number.POSITIVE_INFINITY, true];
  for (const value of [...none, {}, [], [1], 2 ** 53, 2n ** 53n, '9007199254740993', Buffer.from([0, 0, 0, 1])]) {
    expect(() => readWholeNumber(value, 'it')).toThrow(/^it: expected a whole number, got /);
  }
});

test('text is read from text and bytes, in whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      for (const form of [text, ...bytes(text)]) expect(readText(form, 'it')).toBe(text);
      for (const list of [
        [text, text],
        bytes(text),
        JSON.stringify([text, text]),
        Buffer.from(JSON.stringify([text, text])),
      ])
        expect(readTexts(list, 'it')).toEqual([text, text]);
    }),
  );
  expect(readTexts([], 'it')).toStrictEqual([]);
});

test('texts that are none throw: neither a missing list nor an unread one is an empty list', () => {
  for (const value of [null, undefined, '', '{}', '{a,b}', 'a', '"a"', {}, 1, [null], [{}], '[{}]']) {
    expect(() => readTexts(value, 'it')).toThrow(/^it: expected /);
  }
});

test('no reader throws anything but its own error, or shows the value', () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withNullPrototype: true });
  const readers = [readBoolean, readWholeNumber, readText, readTexts];
  fc.assert(
    fc.property(anything, fc.constantFrom(...readers), (value, reader) => {
      try {
        expect(reader(value, 'it')).toBeDefined();
      } catch (error) {
        expect((error as Error).message).toMatch(
          /^it: expected (?:a boolean|a whole number|text|an array), got (?:null|an array|a value of type \w+) that does not read as one\.$/,
        );
      }
    }),
  );
});

test('JSON is read whether a client has parsed it or not, and other text stays as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value);
      for (const form of [json, ...bytes(json)]) expect(readJson(form)).toEqual(JSON.parse(json));
    }),
  );
  expect([readJson({ key: 1 }), readJson(null), readJson('no JSON')]).toEqual([{ key: 1 }, null, 'no JSON']);
});

test('an answer without rows throws, and so does one whose rows are no objects', () => {
  expect(readRows({ rows: [{ a: 1 }] }, 'it')).toEqual([{ a: 1 }]);
  for (const answer of [undefined, null, [], [{ a: 1 }], { rows: {} }, { rows: [1] }, { rows: undefined }]) {
    expect(() => readRows(answer, 'pool.query')).toThrow('pool.query did not answer with { rows }.');
  }
});
