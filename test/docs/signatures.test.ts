// The prose of docs/signatures.md, held to what the receiver does.
import { createHmac } from 'node:crypto';
import { pino } from 'pino';
import { type BigmindWebhooksOptions, bigmindWebhooks, hmac, type SignatureScheme } from '../../src/index';
import { examplePayload } from '../../src/testing';
import { readDocument, tableRows } from './markdown';

const page = readDocument('docs/signatures.md').replace(/\s+/g, ' ');
const secret = 'the secret of the destination';
const body = JSON.stringify(examplePayload('notes_created'));
const now = 1_767_225_600_000;
const seconds = String(now / 1000);

function mac(text: string, algorithm = 'sha256'): Buffer {
  return createHmac(algorithm, secret).update(text).digest();
}

async function statusOf(headers: Record<string, string>, options: BigmindWebhooksOptions = {}): Promise<number> {
  const webhooks = bigmindWebhooks({ secret, logger: false, clock: { now: () => now }, ...options });
  webhooks.on('notes_created', () => {});
  return (await webhooks.receive({ headers, body })).status;
}

/** The words in code behind some words of the page, until the end of the sentence. */
function codesBehind(words: string): readonly string[] {
  const [, sentence = ''] = page.split(words);
  return [...(sentence.split('. ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

const beginnings = codesBehind('In a header of its own it may begin with');
const cases = beginnings.flatMap((text) => [text, text.toUpperCase()]);

test.each(cases)('a signature may begin with %s', async (text) => {
  expect(beginnings).toHaveLength(4);
  const algorithm = /512/.test(text) ? 'sha512' : 'sha256';
  expect(await statusOf({ 'x-signature': `${text}${mac(body, algorithm).toString('hex')}` })).toBe(200);
});

test.each([
  ['hex', mac(body).toString('hex')],
  ['base64', mac(body).toString('base64')],
  ['base64 without padding', mac(body).toString('base64').replace(/=+$/, '')],
  ['base64url', mac(body).toString('base64url')],
  ['base64url with padding', `${mac(body).toString('base64url')}=`],
  ['hex of SHA-512', mac(body, 'sha512').toString('hex')],
  ['several, of which one matches', `sha256=${mac('another').toString('hex')}, sha256=${mac(body).toString('hex')}`],
])('a signature may be %s', async (_what, value) => {
  expect(await statusOf({ 'x-signature': value })).toBe(200);
});

test('a header is known by the words that the page names, and Signature-Input is none', async () => {
  const [, words = ''] = /any header whose name contains (.*?):/.exec(page) ?? [];
  expect([...words.matchAll(/`([\w-]+)`/g)].map(([, word]) => word)).toEqual(['signature', 'hmac', 'Signature-Input']);
  const value = mac(body).toString('hex');
  for (const name of ['X-Any-Signature', 'x-hmac-sha256']) expect(await statusOf({ [name]: value })).toBe(200);
  for (const name of ['Signature-Input', 'x-token']) expect(await statusOf({ [name]: value })).toBe(401);
});

const paired = codesBehind('`x-acme-signature` is tried with');

test.each(paired.map((name, index) => [name, index < paired.length - 1 ? 200 : 401] as const))(
  'x-acme-signature over a timestamp in %s is answered %d',
  async (name, status) => {
    expect(paired).toHaveLength(5);
    const headers = { 'x-acme-signature': mac(`${seconds}.${body}`).toString('hex'), [name]: seconds };
    expect(await statusOf(headers)).toBe(status);
  },
);

test.each([
  [seconds, 200],
  [`${seconds}000`, 200],
  [`${seconds}0`, 401],
  [`0${seconds}`, 401],
])('a timestamp is of 10 or 13 digits: %s is answered %d', async (text, status) => {
  expect(await statusOf({ 'x-signature': `t=${text},v1=${mac(`${text}.${body}`).toString('hex')}` })).toBe(status);
});

test.each([
  [1, 200],
  [256, 200],
  [257, 401],
])('an id of %d characters is answered %d', async (length, status) => {
  const id = 'i'.repeat(length);
  const signed = mac(`${id}.${seconds}.${body}`).toString('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signed}` };
  expect(await statusOf(headers)).toBe(status);
});

test('a timestamp may be as old as the tolerance, or as far ahead, both ends included', async () => {
  const [, tolerance = ''] =
    /or as far ahead: (\d+) by default, both ends included; the least is (\d+)/.exec(page) ?? [];
  const at = async (offset: number) => {
    const text = String(now / 1000 + offset);
    return await statusOf({ 'x-signature': `t=${text},v1=${mac(`${text}.${body}`).toString('hex')}` });
  };
  const most = Number(tolerance);
  expect(await Promise.all([at(-most), at(most), at(-most - 1), at(most + 1)])).toEqual([200, 200, 401, 401]);
});

test('the least tolerance is the one that the page says', () => {
  const [, least] = /both ends included; the least is (\d+)/.exec(page) ?? [];
  expect(() => bigmindWebhooks({ secret, toleranceSeconds: Number(least) - 1 })).toThrow(/toleranceSeconds/);
  expect(() => bigmindWebhooks({ secret, logger: false, toleranceSeconds: Number(least) })).not.toThrow();
});

test('hmac has the defaults of its table', async () => {
  const defaults = new Map(tableRows('docs/signatures.md', 'option').map(([name, value]) => [name, value]));
  expect(defaults.get('algorithm')).toBe("'sha256'");
  expect(defaults.get('encoding')).toBe("'hex'");
  expect(defaults.get('prefix')).toBe("''");
  const signature = hmac({ header: 'x-signature' });
  expect(await statusOf({ 'x-signature': mac(body).toString('hex') }, { signature })).toBe(200);
  expect(await statusOf({ 'x-signature': mac(body).toString('base64') }, { signature })).toBe(401);
  expect(await statusOf({ 'x-signature': `sha256=${mac(body).toString('hex')}` }, { signature })).toBe(401);
});

test('a function of tenants is answered as its table says', async () => {
  const said = tableRows('docs/signatures.md', 'the function').map(([, answer = '']) => Number(answer.slice(0, 3)));
  const signed = { 'x-signature': mac(body).toString('hex') };
  const answers = await Promise.all(
    [
      () => undefined,
      () => ({ tenant: 'acme', secret: ' ' }),
      () => null as never,
      () => Promise.reject(new Error('no')),
    ].map(async (find) => await statusOf(signed, { secret: find })),
  );
  expect(answers).toEqual(said);
});

test.each<[string, () => unknown, number]>([
  ['true', () => true, 200],
  ['a match', () => ({ signedAt: now, id: 'one' }), 200],
  ['an empty match', () => ({}), 200],
  ['a match that is stale', () => ({ signedAt: now - 301_000 }), 401],
  ['false', () => false, 401],
  ['undefined', () => undefined, 401],
  ['{ valid: false }', () => ({ valid: false }), 401],
  ['a list', () => [], 401],
  ['a rejection', () => Promise.reject(new Error('no')), 401],
])('a scheme of your own that answers %s: the answer is as the page says', async (_what, verify, status) => {
  const signature = { name: 'mine', verify } as unknown as SignatureScheme;
  expect(await statusOf({ 'x-mine': 'a' }, { signature })).toBe(status);
});

test('a pinned receiver whose header did not come prints no pin; beside a wrong signature it does', async () => {
  expect(page).toContain('It has not read the body then');
  expect(page).toContain('Where another pin accepts the delivery, the line has it');
  const reasons: unknown[] = [];
  const logger = pino(
    { base: null },
    { write: (line) => void reasons.push((JSON.parse(line) as { reason?: string }).reason) },
  );
  const signature = hmac({ header: 'x-pinned-signature' });
  const right = mac(body).toString('hex');
  for (const wrong of [{}, { 'x-pinned-signature': '0'.repeat(64) }]) {
    await statusOf({ 'x-other-signature': right, ...wrong }, { logger, signature });
  }
  expect(reasons).toEqual([
    expect.stringMatching(/^No signature came\. Looked for: x-pinned-signature\. .* x-other-signature\./),
    expect.stringContaining("Pin it: signature: hmac({ header: 'x-other-signature' })"),
  ]);
});
