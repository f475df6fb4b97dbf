import { spanOf } from '../../src/cli/json-span';

const text = '{ "a" : [1, {"b,]": "x\\"}", "a/b~c": [ ] }, null],\n "d":{"":false},"twice":1,"twice":{"e":2e3}}';

test.each([
  ['', text],
  ['/a', '[1, {"b,]": "x\\"}", "a/b~c": [ ] }, null]'],
  ['/a/0', '1'],
  ['/a/1/b,]', '"x\\"}"'],
  ['/a/1/a~1b~0c', '[ ]'],
  ['/a/2', 'null'],
  ['/d/', 'false'],
  ['/twice/e', '2e3'],
])('finds the value at %j', (pointer, expected) => {
  const { start = 0, end = 0 } = spanOf(text, pointer) ?? {};
  expect(text.slice(start, end)).toBe(expected);
});

test.each(['/b', '/a/3', '/a/x', '/a/0/y', '/d/f', '/twice/e/g'])('finds nothing at %j', (pointer) => {
  expect(spanOf(text, pointer)).toBeUndefined();
});
