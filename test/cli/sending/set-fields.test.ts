import { parseSetField, withFields } from '../../../src/cli/sending/set-fields';

const payload = { event: 'x', data: { text: 'a', count: 1, items: [{ name: 'one' }] } };

/** The payload with `--set` of each text. */
function set(...texts: string[]): unknown {
  return withFields(
    payload,
    texts.reduce<ReturnType<typeof parseSetField>>((fields, text) => parseSetField(text, fields), []),
  );
}

test.each<[string, string, unknown]>([
  ['a text stays a text, whatever it looks like', 'data.text=30', { ...payload.data, text: '30' }],
  ['a text may hold any sign', 'data.text=a=b:=c', { ...payload.data, text: 'a=b:=c' }],
  ['a number is read where one is', 'data.count=30', { ...payload.data, count: 30 }],
  ['words are words', 'data.count=many', { ...payload.data, count: 'many' }],
  ['JSON after := is JSON where a text is', 'data.text:=null', { ...payload.data, text: null }],
  ['an item of a list', 'data.items.0.name=two', { ...payload.data, items: [{ name: 'two' }] }],
  ['an item in brackets', 'data.items[0].name=two', { ...payload.data, items: [{ name: 'two' }] }],
  ['what is not there is made', 'data.new.deep=1', { ...payload.data, new: { deep: 1 } }],
  ['an empty text', 'data.text=', { ...payload.data, text: '' }],
])('%s', (_title, text, data) => {
  expect(set(text)).toEqual({ ...payload, data });
  expect(payload.data.text).toBe('a');
});

test('sets no prototype', () => {
  expect(Object.entries(set('__proto__.polluted=1') as object).at(-1)).toEqual(['__proto__', { polluted: 1 }]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test.each([
  'no-equals-sign',
  '=the secret text',
  'a..b=the secret text',
  'a:=the secret text',
  'data.text.inside=1',
  'data.items.x=1',
])('%j is refused, and its value not repeated', (text) => {
  expect(() => set(text)).toThrow(/--set/);
  expect(() => set(text)).not.toThrow(/the secret text/);
});
