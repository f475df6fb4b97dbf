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

test('nor does the signature of a pinned hmac, whatever its header is called', async () => {
  const scheme = hmac({ header: 'X-Proof' });
  expect(await travelling(scheme, { signature: scheme })).toEqual(usual);
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
