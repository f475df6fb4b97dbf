import { isStorableText, storableText } from '../../src/foundations/foreign-text';

test.each([
  ['NUL', 'a\0b\0', 'a\uFFFDb\uFFFD'],
  ['a lone leading surrogate', 'a\uD83Db', 'a\uFFFDb'],
  ['a lone trailing surrogate', 'a\uDE00', 'a\uFFFD'],
  ['surrogates in the wrong order', '\uDE00\uD83D', '\uFFFD\uFFFD'],
  ['a lone surrogate beside a pair', '\uD83D👍', '\uFFFD👍'],
])('a text with %s does not fit every store, and each is replaced', (_what, text, storable) => {
  expect(isStorableText(text)).toBe(false);
  expect(storableText(text)).toBe(storable);
});

test.each(['', 'plain', 'é', '👍', '\uFFFD'])('%j fits every store as it is', (text) => {
  expect(isStorableText(text)).toBe(true);
  expect(storableText(text)).toBe(text);
});
