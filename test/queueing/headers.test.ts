import { hmac, type QueuedDelivery, type SignatureScheme, standardWebhooks, timestampedHmac } from '../../src';
import { examplePayload, type SignDeliveryInput, signDelivery } from '../../src/testing';
import { refusalOf } from '../options/refusal';
import { closeAll, type Options, secret, send, service } from './kit';

afterEach(closeAll);

/** The headers that travel, of a delivery signed with `scheme` that came with `extra` ones. */
async function travelling(scheme: SignDeliveryInput['scheme'], options: Options, extra: Record<string, string> = {}) {
  const { web, queue } = service(options);
  const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret, scheme });
  expect(await send(web, { headers: { ...headers, ...extra }, body })).toBe('200 queued');
  const [{ headers: carried }] = queue.jobs as [QueuedDelivery];
  return carried;
}

const usual = { 'content-type': 'application/json', 'user-agent': 'bigmind-webhooks/testing' };

test('no header that holds a credential travels, whatever its case', async () => {
  const secrets = {
    Cookie: 'session=1',
    'Set-Cookie': 'session=2',
    Authorization: 'Bearer 3',
    'proxy-authorization': 'Basic 4',
    'X-Old-Signature-256': '5',
    'Signature-Input': '6',
    'X-HMAC': '7',
    'X-Request-Id': 'kept',
  };
  expect(await travelling('hmac', {}, secrets)).toEqual({ ...usual, 'x-request-id': 'kept' });
});

test('nor does a pseudo-header of HTTP/2: its query may hold a token', async () => {
  const pseudo = { ':method': 'POST', ':path': '/hooks?token=s3cr3t', ':scheme': 'https', ':authority': 'example.org' };
  expect(await travelling('hmac', {}, pseudo)).toEqual(usual);
});

const credentials = [
  ...['X-Api-Key', 'x-auth-token', 'x-amz-security-token', 'cf-access-jwt-assertion', 'x-goog-iap-jwt-assertion'],
  ...['x-csrf-token', 'X-Client-Secret', 'x-session-id', 'x-vault-credential', 'x-proxy-password', 'apikey'],
  ...['x-ms-token-aad-id-token', 'X-Forwarded-Authorization', 'ocp-apim-subscription-key', 'Idempotency-Key'],
];

test('nor does a header whose name says that it may hold one: proxies and platforms have many', async () => {
  const extra = Object.fromEntries(credentials.map((name, index) => [name, `credential ${index}`]));
  expect(await travelling('hmac', {}, extra)).toEqual(usual);
});

test('keepHeaders lets such a header travel, in any case, and no other', async () => {
  const extra = { 'idempotency-key': 'kept', 'x-api-key': 'withheld', 'X-Author': 'Zoë' };
  const carried = await travelling('hmac', { keepHeaders: ['Idempotency-Key', 'X-Author', 'x-none'] }, extra);
  expect(carried).toEqual({ ...usual, 'idempotency-key': 'kept', 'x-author': 'Zoë' });
});

const proof = hmac({ header: 'X-Proof' });

test.each<[string, unknown, string]>([
  ['no array', 'idempotency-key', 'keepHeaders: expected an array of header names, got a string of 15 characters'],
  ['no name of a header', ['two words'], 'keepHeaders[0]: expected the name of a header'],
  ['a cookie', ['x-key', 'Cookie'], 'keepHeaders[1]: expected a header that is no signature, cookie or Authorization'],
  ['Authorization', ['authorization'], 'keepHeaders[0]: expected a header that is no signature'],
  ['a signature', ['x-old-signature'], 'keepHeaders[0]: expected a header that is no signature'],
  ['the signature of the scheme', ['x-proof'], 'keepHeaders[0]: expected a header that is no signature'],
])('keepHeaders refuses %s', (_what, keepHeaders, message) => {
  const options = { signature: proof, keepHeaders } as unknown as Options;
  expect(refusalOf(() => service(options))).toEqual({
    code: 'BAD_OPTION',
    message: expect.stringContaining(message) as string,
  });
});

test('nor does the signature of a pinned hmac, whatever its header is called', async () => {
  expect(await travelling(proof, { signature: proof })).toEqual(usual);
});

test('nor that of a pinned timestampedHmac, whose timestamp and id prove nothing without it', async () => {
  const places = { timestampHeader: 'x-at', idHeader: 'x-id', content: '{id}.{timestamp}.{body}' };
  const scheme = timestampedHmac({ header: 'x-proof', ...places });
  const carried = await travelling(scheme, { signature: scheme });
  expect(carried).toEqual({ ...usual, 'x-at': expect.any(String), 'x-id': expect.any(String) });
});

test('nor that of standardWebhooks', async () => {
  const carried = await travelling('standardWebhooks', { signature: standardWebhooks() });
  expect(Object.keys(carried).toSorted()).toEqual([...Object.keys(usual), 'webhook-id', 'webhook-timestamp']);
});

test('nor that of a scheme of one’s own, if it names its headers, in any case', async () => {
  const mine: SignatureScheme = {
    name: 'mine',
    signatureHeaders: ['X-Mine'],
    verify: ({ headers }) => headers['x-mine'] === 'yes',
    sign: () => ({ 'x-mine': 'yes' }),
  };
  expect(await travelling(mine, { signature: mine })).toEqual(usual);
});

test.each([
  ['x-mine', 'signature.signatureHeaders: expected an array of header names'],
  [['two words'], 'signature.signatureHeaders[0]: expected the name of a header'],
])('a scheme whose signatureHeaders are %j is refused', (signatureHeaders, message) => {
  const scheme = { name: 'mine', verify: () => true, signatureHeaders } as unknown as SignatureScheme;
  expect(refusalOf(() => service({ signature: scheme }))).toEqual({
    code: 'BAD_OPTION',
    message: expect.stringContaining(message) as string,
  });
});

test('headers and parameters without a value are left out', async () => {
  const { web, queue } = service();
  const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });
  await web.receive({ headers: { ...headers, 'x-none': undefined }, body, params: { team: 'north', none: undefined } });
  const [{ headers: carried, params }] = queue.jobs as [QueuedDelivery];
  expect([carried, params]).toEqual([usual, { team: 'north' }]);
});
