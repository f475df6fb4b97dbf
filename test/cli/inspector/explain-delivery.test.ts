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

test.each([
  ['arrays', '[', '0', ']', 100_000],
  ['objects', '{"data":', '1', '}', 100_000],
  ['arrays of 5 MB', '[', '', ']', 2_500_000],
  ['arrays that never end', '[', '', '', 5_000_000],
])('explains %s, nested as deep as can be, within seconds', (_what, open, inside, close, levels) => {
  const body = `{"event":"todo_created","data":${open.repeat(levels)}${inside}${close.repeat(levels)}}`;
  const started = performance.now();
  const { text, signature, schemaErrors } = explained(body);
  expect(performance.now() - started).toBeLessThan(2500);
  expect(text).toBe(body);
  expect(signature.match?.recognised).toBe(true);
  expect(schemaErrors).toHaveLength(0);
});

test('a body that is nested less deep has its schema errors, and brackets in texts do not count', () => {
  const deep = `{"event":"todo_created","data":${'['.repeat(9000)}${']'.repeat(9000)}}`;
  expect(explained(deep).schemaErrors).not.toHaveLength(0);
  const brackets = JSON.stringify({ event: 'todo_created', data: `\\"${'['.repeat(20_000)}` });
  expect(explained(brackets).schemaErrors).not.toHaveLength(0);
});
