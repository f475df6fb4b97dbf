import fc from 'fast-check';
import { JsonNode } from '../../src/cli/json-node';

/** What a node holds, put together from its members. */
function heldIn(node: JsonNode): unknown {
  const members = [...node.members()];
  expect(members).toHaveLength(node.size);
  if (node.kind === 'array') return members.map(({ node: each }) => heldIn(each));
  if (node.kind !== 'object') return JSON.parse(node.source) as unknown;
  const value = Object.create(null) as Record<string, unknown>;
  for (const { key, node: each } of members) value[key] = heldIn(each);
  return value;
}

test('member by member, a text holds what JSON.parse reads, however it is written', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('', '  ', '\t', '\r\n '), (value, indent) => {
      const text = `${indent}${JSON.stringify(value, null, indent)}${indent}`;
      expect(heldIn(new JsonNode(text))).toEqual(JSON.parse(text));
    }),
  );
});

test('what JSON.parse changes or drops stays as it is written', () => {
  const members = [
    ...new JsonNode('{"n":1.10,"big":12345678901234567890,"__proto__":1,"twice":1,"twice":2}').members(),
  ];
  expect(members.map(({ key, node }) => [key, node.source])).toEqual([
    ['n', '1.10'],
    ['big', '12345678901234567890'],
    ['__proto__', '1'],
    ['twice', '1'],
    ['twice', '2'],
  ]);
});

test('the first members of a million cost no more than finding the end', () => {
  const text = `[${'[],'.repeat(1_000_000)}1]`;
  const node = new JsonNode(text);
  expect([node.size, node.end]).toEqual([1_000_001, text.length]);
  const { value } = node.members().next() as { readonly value: { readonly node: JsonNode } };
  expect(value.node).toMatchObject({ kind: 'array', size: 0, start: 1, end: 3 });
});

test.each(['[', '{"a', '{"a":', '[1,', '"\\', ''])(
  'of %j, which is not JSON, it finds the end all the same',
  (text) => {
    expect(new JsonNode(text).end).toBe(text.length);
  },
);
