import { checkPayload } from '../../../src/cli/inspector/check-payload';
import { examplePayload } from '../../../src/testing';

test('says nothing about a valid payload', () => {
  expect(checkPayload(JSON.stringify(examplePayload('todo_created')))).toStrictEqual({ errors: [] });
});

test('says where a text stops being JSON', () => {
  expect(checkPayload('{\n  "event": "x"\n  "data": 1\n}')).toStrictEqual({
    broken: { line: 3, column: 3, start: 19, end: 20, expected: ', or }' },
    errors: [],
  });
  expect(checkPayload('').broken).toMatchObject({ line: 1, column: 1, start: 0, end: 0 });
});

test('places a wrong value at itself, and a missing one at the object that should have it', () => {
  const { data, ...rest } = examplePayload('todo_created');
  const text = JSON.stringify({ ...rest, data: { ...data, type: 'fax', todo_id: undefined } }, null, 2);
  const placed = checkPayload(text).errors.map(({ pointer, line, start, end }) => ({
    pointer,
    line,
    found: text.slice(start, end),
  }));
  const lineOf = (part: string) => text.slice(0, text.indexOf(part)).split('\n').length;
  expect(placed).toContainEqual({ pointer: '/data/type', line: lineOf('"fax"'), found: '"fax"' });
  expect(placed).toContainEqual({
    pointer: '/data/todo_id',
    line: lineOf('"data"'),
    found: expect.stringMatching(/^\{[\s\S]*"fax"[\s\S]*\}$/) as string,
  });
});

test('lists twenty errors, and says how many more there are', () => {
  const { data, ...rest } = examplePayload('agent_run_completed');
  const text = JSON.stringify({ ...rest, data: { ...data, tools_used: Array(50).fill(1) } });
  const { errors, more } = checkPayload(text);
  expect([errors.length, more]).toEqual([20, 30]);
  expect(errors[7]).toMatchObject({ pointer: '/data/tools_used/7', end: (errors[7]?.start ?? 0) + 1 });
});

test('looks at no text that holds too much to be checked while one types', () => {
  expect(checkPayload('['.repeat(30_000))).toStrictEqual({ isLeft: true, errors: [] });
});
