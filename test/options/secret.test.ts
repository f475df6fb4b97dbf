import { type BigmindWebhooksOptions, bigmindWebhooks } from '../../src';
import { examplePayload, signDelivery } from '../../src/testing';
import { refusalOf } from './refusal';

const variable = 'BIGMIND_WEBHOOK_SECRET';
const construct = (options?: object) => bigmindWebhooks({ logger: false, ...options } as BigmindWebhooksOptions);
const before = process.env[variable];

beforeEach(() => {
  delete process.env[variable];
});
afterAll(() => {
  if (before !== undefined) process.env[variable] = before;
});

async function statusOf(webhooks: ReturnType<typeof construct>, secret: string): Promise<number> {
  return (await webhooks.receive(signDelivery({ payload: examplePayload('email_sent'), secret }))).status;
}

test.each([[undefined], [''], [' \t\n']])('a missing secret says how to set it (environment: %j)', (value) => {
  if (value !== undefined) process.env[variable] = value;
  const { code, message } = refusalOf(() => construct());
  expect(code).toBe('MISSING_SECRET');
  expect(message).toContain(`Set ${variable} to the secret that Bigmind shows`);
  expect(message).toContain('bigmindWebhooks({ secret })');
});

test('the secret of the environment is the default, and an option goes before it', async () => {
  process.env[variable] = 'of the environment';
  expect(await statusOf(construct(), 'of the environment')).toBe(200);
  expect(await statusOf(construct({ secret: 'of the option' }), 'of the environment')).toBe(401);
});

test('the environment is read at construction, and not again', async () => {
  process.env[variable] = 'first';
  const webhooks = construct();
  process.env[variable] = 'second';
  expect(await statusOf(webhooks, 'first')).toBe(200);
  expect(await statusOf(webhooks, 'second')).toBe(401);
});

test('a weak secret of the environment is refused by the name of the variable, and never shown', () => {
  process.env[variable] = 'whsec_d2Vhaw=';
  const { code, message } = refusalOf(() => construct());
  expect(code).toBe('BAD_SECRET');
  expect(message).toContain(`${variable}: expected base64 of at least 24 bytes after "whsec_".`);
  expect(message).not.toContain('d2Vhaw');
});

test.each([
  ['', 'secret: expected a string with more than blanks.'],
  ['   ', 'secret: expected a string with more than blanks.'],
  [null, 'secret: expected a string, got null.'],
  [5_318_008, 'secret: expected a string, got number.'],
  [{ secret: 'hidden' }, 'secret: expected a string, got object.'],
  [Buffer.from('hidden'), 'secret: expected a string, got object.'],
  ['whsec_', 'after "whsec_".'],
  ['whsec_!!!@@@', 'after "whsec_".'],
  ['whsec_c2hvcnQ', 'after "whsec_".'],
  [[], 'secret: expected at least one secret, got an empty array.'],
  [['good enough', ''], 'secret[1]: expected a string with more than blanks.'],
  [['good enough', undefined], 'secret[1]: expected a string, got undefined.'],
  [Array<string>(1).concat('good enough'), 'secret[0]: expected a string, got undefined.'],
  [['whsec_c2hvcnQ', 'good enough'], 'secret[0]: expected base64 of at least 24 bytes'],
])('a secret that protects nothing is refused: %j', (secret, expected) => {
  const { code, message } = refusalOf(() => construct({ secret }));
  expect(code).toBe('BAD_SECRET');
  expect(message).toContain(expected);
  for (const word of ['hidden', '5318008', '!!!@@@', 'c2hvcnQ', 'good enough']) expect(message).not.toContain(word);
});

test('a bad secret in the options is not mended by a good one of the environment', () => {
  process.env[variable] = 'good enough';
  expect(refusalOf(() => construct({ secret: '' })).code).toBe('BAD_SECRET');
});

test('no secret is needed where signatures are switched off, but a bad one is still told', () => {
  expect(() => construct({ signature: false })).not.toThrow();
  expect(refusalOf(() => construct({ signature: false, secret: ' ' })).code).toBe('BAD_SECRET');
});

test('an array of secrets can be changed afterwards with no effect', async () => {
  const secret = ['old', 'new'];
  const webhooks = construct({ secret });
  secret.splice(0, 2, 'forged');
  expect(await statusOf(webhooks, 'old')).toBe(200);
  expect(await statusOf(webhooks, 'new')).toBe(200);
  expect(await statusOf(webhooks, 'forged')).toBe(401);
});
