import { DeliveryLog } from '../../../src/cli/inspector/delivery-log';
import { explainDelivery } from '../../../src/cli/inspector/explain-delivery';
import { signDelivery } from '../../../src/testing';

const secret = 'the secret of the destination';

/** What the page gets of a delivery with this body and these headers. */
function explained(body: string, extra: Readonly<Record<string, string>> = {}) {
  const log = new DeliveryLog();
  const { headers } = signDelivery({ payload: body, secret });
  const logged = log.add({
    request: { method: 'POST', url: '/', headers: { ...headers, ...extra }, body: Buffer.from(body) },
    key: undefined,
    reason: undefined,
    app: undefined,
    summary: { receivedAt: 0, outcome: 'processed', status: 200, ms: 1 },
  });
  return explainDelivery(logged, log, secret);
}

test('shows at most a quarter of a header that may hold a credential, however short, and other headers whole', () => {
  const headers = Object.fromEntries(
    explained('{}', {
      cookie: 'a=b',
      'x-api-key': 'sk_short',
      'cf-access-jwt-assertion': `ey.${'j'.repeat(200)}`,
      'x-request-id': 'a-request-of-no-credential',
    }).headers,
  );
  expect(headers).toMatchObject({
    cookie: '… (3 characters)',
    'x-api-key': 'sk… (8 characters)',
    'cf-access-jwt-assertion': `ey.${'j'.repeat(13)}… (203 characters)`,
    'x-request-id': 'a-request-of-no-credential',
    'x-bigmind-signature': expect.stringMatching(/^[0-9a-f]{16}… \(64 characters\)$/) as string,
  });
});
