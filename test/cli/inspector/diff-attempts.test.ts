import { DeliveryLog } from '../../../src/cli/inspector/delivery-log';
import { diffAttempts } from '../../../src/cli/inspector/diff-attempts';

type Headers = Readonly<Record<string, string>>;

function diffOf(before: string, after: string, headers: readonly [Headers, Headers] = [{}, {}]) {
  const log = new DeliveryLog();
  const [one, other] = [before, after].map((body, index) =>
    log.add({
      request: { method: 'POST', url: '/', headers: headers[index] ?? {}, body: Buffer.from(body) },
      key: undefined,
      reason: undefined,
      app: undefined,
      summary: { receivedAt: 0, outcome: 'processed', status: 200, ms: 1 },
    }),
  );
  if (one === undefined || other === undefined) throw new Error('two were added');
  return diffAttempts(one, other);
}

test('names every value that changed, came or went, by its place', () => {
  const before = { same: [1, { a: null }], text: 'old', gone: true, list: [1, 2, 3], 'a/b~': 1, kind: [] };
  const after = { same: [1, { a: null }], text: 'new', list: [1, 9], 'a/b~': 2, kind: {}, come: { x: 1 } };
  expect(diffOf(JSON.stringify(before), JSON.stringify(after))).toStrictEqual({
    headers: [],
    body: 'json',
    values: [
      { pointer: '/text', before: '"old"', after: '"new"' },
      { pointer: '/gone', before: 'true' },
      { pointer: '/list/1', before: '2', after: '9' },
      { pointer: '/list/2', before: '3' },
      { pointer: '/a~1b~0', before: '1', after: '2' },
      { pointer: '/kind', before: '[…]', after: '{…}' },
      { pointer: '/come', after: '{…}' },
    ],
    isAll: true,
  });
});

test('names headers that changed, and shows at most a quarter of one that signs', () => {
  const signatures = ['a', 'b'].map((digit) => digit.repeat(64));
  const [before = '', after = ''] = signatures;
  const { headers, body } = diffOf('{}', '{}', [
    { 'x-bigmind-signature': before, 'x-same': '1', 'x-gone': '' },
    { 'x-bigmind-signature': after, 'x-same': '1', 'x-come': '2' },
  ]);
  expect(body).toBe('same');
  expect(headers).toStrictEqual([
    {
      name: 'x-bigmind-signature',
      before: `${'a'.repeat(16)}… (64 characters)`,
      after: `${'b'.repeat(16)}… (64 characters)`,
    },
    { name: 'x-come', after: '2' },
    { name: 'x-gone', before: '' },
  ]);
});

test.each([
  ['no JSON', '{"a":', '{}'],
  ['large', `[${'[],'.repeat(20_000)}1]`, '[]'],
])('says only that bodies differ of which one is %s', (_what, before, after) => {
  expect(diffOf(before, after)).toMatchObject({ body: 'bytes', values: [] });
});

test('tells bodies apart from values: white space changes none', () => {
  expect(diffOf('{"a":1}', '{ "a": 1 }')).toStrictEqual({ headers: [], body: 'json', values: [], isAll: true });
});

test('lists a hundred changes, and says that there may be more', () => {
  const { values, isAll } = diffOf(JSON.stringify(Array(4000).fill(1)), JSON.stringify(Array(4000).fill(2)));
  expect([values.length, isAll]).toEqual([100, false]);
  expect(diffOf(JSON.stringify('x'.repeat(1000)), '1').values[0]?.before).toHaveLength(201);
});

test('compares bodies nested thousands of levels deep', () => {
  const nested = (inside: string) => `${'['.repeat(4000)}${inside}${']'.repeat(4000)}`;
  expect(diffOf(nested('1'), nested('2')).values).toMatchObject([{ before: '1', after: '2' }]);
});

test('names a place of any length in few characters: a hundred changes below a long name are no megabytes', () => {
  const below = (value: number) => JSON.stringify({ ['n'.repeat(200_000)]: Array(100).fill(value) });
  const { values } = diffOf(below(1), below(2));
  expect(values).toHaveLength(100);
  expect(values[0]?.pointer).toBe(`/${'n'.repeat(499)}…`);
});
