import { textRuns, visibleText } from '../../src/cli/visible-text';

test.each([
  ['plain text stays, in any script: é 漢字 שלום 👍 ❤️', 'plain text stays, in any script: é 漢字 שלום 👍 ❤️'],
  ['a\u202eb\u2066c\u200bd\ufeff', 'a\\u202eb\\u2066c\\u200bd\\ufeff'],
  ['\u0000\u001b[31m\u007f\u009b', '\\u0000\\u001b[31m\\u007f\\u009b'],
  ['one\ntwo\r\n\tthree\u2028', 'one\\ntwo\\r\\n\\tthree\\u2028'],
  ['\ud800 half', '\\ud800 half'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
])('shows %j as %s', (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test('an escape is told from a text that looks like one', () => {
  expect(textRuns('\\u202e\u202e.')).toEqual([
    { text: '\\u202e', escape: false },
    { text: '\\u202e', escape: true },
    { text: '.', escape: false },
  ]);
});
