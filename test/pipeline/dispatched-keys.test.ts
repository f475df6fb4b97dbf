import { bigmindWebhooks } from '../../src/index';
import { examplePayload } from '../../src/testing/index';

const event = examplePayload('todo_created');
const handled: string[] = [];
const webhooks = bigmindWebhooks({ secret: 'a secret of tests', logger: false });
webhooks.on('todo_created', (_event, { key }) => {
  handled.push(key);
});

afterAll(() => webhooks.close());
beforeEach(() => handled.splice(0));

test.each([
  ['a NUL', 'order-\u0000-17'],
  ['half of a character', 'order-\ud800-17'],
  ['more than 1,024 bytes', `${'é'.repeat(512)}x`],
])('dispatch() refuses a key with %s, which some stores cannot hold, and shows none of it', async (_what, key) => {
  const refused: unknown = await webhooks.dispatch({ event, key }).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'BAD_OPTION',
    message: expect.stringMatching(/^BAD_OPTION dispatch\.key: expected at most 1024 bytes of text/) as unknown,
  });
  expect(String(refused)).not.toMatch(/order|é/);
  expect(handled).toStrictEqual([]);
});

test('dispatch() takes any other text of up to 1,024 bytes as a key, and tells spellings of one letter apart', async () => {
  const keys = ['é'.repeat(512), '\u00e9', 'e\u0301', '😀\u2028\n', '\ufeffx'];
  for (const key of keys) {
    expect(await webhooks.dispatch({ event, key })).toBe('processed');
    expect(await webhooks.dispatch({ event, key })).toBe('duplicate');
  }
  expect(handled).toEqual(keys);
});
