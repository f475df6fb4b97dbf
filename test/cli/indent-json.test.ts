import { indentJson } from '../../src/cli/indent-json';

test('indents as JSON.stringify does', () => {
  const value = { a: [1, { b: [] }, {}], 'a "name", with: signs {': 'text [\\ "', c: [[true, null], -1.5e3] };
  expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
  expect(indentJson(JSON.stringify(value, null, 7))).toBe(JSON.stringify(value, null, 2));
});

test('changes no number and no text', () => {
  expect(indentJson('[1.0,12345678901234567890,1e2,"\\u0041"]')).toBe(
    '[\n  1.0,\n  12345678901234567890,\n  1e2,\n  "\\u0041"\n]',
  );
});

test.each([
  ['is not JSON', '{"a":'],
  ['would get too long', `${'['.repeat(5000)}${']'.repeat(5000)}`],
])('leaves alone what %s', (_what, text) => {
  expect(indentJson(text)).toBe(text);
});
