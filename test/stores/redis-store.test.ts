import { redisStore } from '../../src/stores/redis';

/** A store whose client gives this answer to each script. */
const answering = (answer: unknown) =>
  redisStore({ client: { evalsha: async () => answer, eval: async () => answer }, namespace: 'crm' });
const held = async (answer: unknown) => answering(answer).extend('key', 'token', 1);
const claimed = async (answer: unknown) => answering(answer).claim('key', 1, 1);
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

test.each([1, '1', 1n, true, bytes('1')])('a claim is held if a client answers %p', async (answer) => {
  expect(await held(answer)).toBe(true);
});

test.each([0, '0', 0n, false, bytes('0')])('a claim is not held if a client answers %p', async (answer) => {
  expect(await held(answer)).toBe(false);
});

test.each([undefined, null, '', 'OK', 2, {}, []])('%p says neither, and is an error', async (answer) => {
  await expect(held(answer)).rejects.toThrow('redisStore.client: held');
});

test.each([
  [['claimed', 2, 'a', 'b']],
  [['claimed', '2', 'a', 'b']],
  [['claimed', 2n, bytes('a'), Buffer.from('b')]],
  [[bytes('claimed'), bytes('2'), bytes('a'), bytes('b')]],
])('%p is a claim', async (answer) => {
  expect(await claimed(answer)).toMatchObject({ attempt: 2, succeeded: ['a', 'b'] });
});

test.each([[['running', 1500]], [['running', '1500']], [['running', 1500n]], [[bytes('running'), bytes('1500')]]])(
  '%p is a claim of another',
  async (answer) => {
    expect(await claimed(answer)).toEqual({ running: true, retryAfterMs: 1500 });
  },
);

test.each([['done'], [bytes('done')]])('[%p] is done', async (state) => {
  expect(await claimed([state])).toBe('done');
});

test.each([
  ['done'],
  [[]],
  [['DONE']],
  [[true]],
  [['claimed']],
  [['claimed', null]],
  [['claimed', 1, null]],
  [['running', 'soon']],
  [{ 0: 'done' }],
  [null],
])('%p is no answer: nothing is claimed, and nothing is done', async (answer) => {
  await expect(claimed(answer)).rejects.toThrow('redisStore.client');
});
