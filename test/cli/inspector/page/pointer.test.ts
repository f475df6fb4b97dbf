import { childPointer, isWithin, splitPointer } from '../../../../src/cli/inspector/page/pointer';

test('pointers lead to keys of any spelling', () => {
  expect(childPointer('/data', 'a/b~c')).toBe('/data/a~1b~0c');
  expect(splitPointer('/data/a~1b~0c')).toEqual({ parent: '/data', key: 'a/b~c' });
  expect(splitPointer('/event')).toEqual({ parent: '', key: 'event' });
  expect([isWithin('/ab', '/a'), isWithin('/a/b', '/a'), isWithin('/a', ''), isWithin('', '')]).toEqual([
    false,
    true,
    true,
    true,
  ]);
});
