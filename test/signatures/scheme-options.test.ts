import { hmac, type SignatureScheme, standardWebhooks, timestampedHmac } from '../../src';
import { body, receiver } from './sender';

/** As a caller without TypeScript calls. */
const calls = {
  hmac: hmac as (options?: unknown) => SignatureScheme,
  timestampedHmac: timestampedHmac as (options?: unknown) => SignatureScheme,
  standardWebhooks: standardWebhooks as (options?: unknown) => SignatureScheme,
  signature: (signature?: unknown) => receiver({ signature: signature as SignatureScheme }),
  toleranceSeconds: (toleranceSeconds?: unknown) => receiver({ toleranceSeconds: toleranceSeconds as number }),
};

const header = 'x-signature';
const timestampHeader = 'x-timestamp';

test.each<[keyof typeof calls, unknown, string]>([
  ['hmac', undefined, 'hmac: expected an object, got undefined.'],
  ['hmac', 'x-signature', 'hmac: expected an object, got a string of 11 characters.'],
  ['hmac', 'x-signature', "hmac({ header: 'x-signature' })"],
  ['hmac', {}, 'hmac.header: expected the name of a header, got undefined.'],
  ['hmac', { header: '' }, 'hmac.header: expected the name of a header, got an empty string.'],
  ['hmac', { header: 'x signature' }, 'hmac.header: expected the name of a header, got a string of 11 characters.'],
  ['hmac', { header: 'x-signature:' }, 'hmac.header: expected the name of a header, got a string of 12 characters.'],
  ['hmac', { header: ['x'] }, 'hmac.header: expected the name of a header, got an array of 1.'],
  ['hmac', { headers: 'x' }, 'hmac.headers is unknown. Did you mean header?'],
  ['hmac', { header, encodig: 'hex' }, 'hmac.encodig is unknown. Did you mean encoding?'],
  ['hmac', { header, colour: 1 }, 'hmac.colour is unknown. Known are header, algorithm, encoding, prefix.'],
  ['hmac', { header, constructor: 1 }, 'hmac.constructor is unknown.'],
  ['hmac', { header, algorithm: 'sha1' }, `hmac.algorithm: expected one of 'sha256', 'sha512', got "sha1" (string).`],
  ['hmac', { header, encoding: 'utf8' }, `hmac.encoding: expected one of 'hex', 'base64', 'base64url', got "utf8"`],
  ['hmac', { header, prefix: 7 }, 'hmac.prefix: expected a string, got 7 (number).'],
  ['timestampedHmac', undefined, 'timestampedHmac: expected an object, got undefined.'],
  ['timestampedHmac', { header, timestamp: 'x' }, 'timestampedHmac.timestamp is unknown.'],
  ['timestampedHmac', { header, timestampheader: 'x' }, 'Did you mean timestampHeader?'],
  [
    'timestampedHmac',
    { header, timestampHeader: '' },
    'timestampedHmac.timestampHeader: expected the name of a header',
  ],
  ['timestampedHmac', { header, timestampHeader: 'a b' }, 'timestampedHmac.timestampHeader: expected the name'],
  ['timestampedHmac', { header, timestampHeader: null }, 'timestampedHmac.timestampHeader: expected the name'],
  [
    'timestampedHmac',
    { header, content: '{body}' },
    'timestampedHmac.content: expected text that contains {timestamp}',
  ],
  ['timestampedHmac', { header, content: '{timestamp}' }, 'ends in {body}, got a string of 11 characters.'],
  ['timestampedHmac', { header, content: '{timestamp}.{body}\n' }, 'ends in {body}'],
  ['timestampedHmac', { header, content: '' }, 'ends in {body}'],
  ['timestampedHmac', { header, content: () => '' }, 'ends in {body}, got a function.'],
  [
    'timestampedHmac',
    { header, content: '{body}{timestamp}{body}' },
    'timestampedHmac.content: expected no other braces',
  ],
  [
    'timestampedHmac',
    { header, content: '{ts}{timestamp}{body}' },
    'timestampedHmac.content: expected no other braces',
  ],
  ['timestampedHmac', { header, content: '{id}.{timestamp}.{body}' }, 'timestampedHmac.idHeader: expected a header'],
  [
    'timestampedHmac',
    { header, idHeader: 'x-id' },
    'exactly when content contains {id}, got a string of 4 characters.',
  ],
  [
    'timestampedHmac',
    { header, timestampHeader, idHeader: '', content: '{id}{timestamp}{body}' },
    'timestampedHmac.idHeader: expected the name of a header, got an empty string.',
  ],
  [
    'timestampedHmac',
    { header, prefix: 'sha256=' },
    'timestampedHmac.prefix: expected a prefix only beside timestampHeader',
  ],
  ['standardWebhooks', null, 'standardWebhooks: expected an object, got null.'],
  ['standardWebhooks', { prefix: '' }, 'standardWebhooks.prefix: expected the name of a header, got an empty string.'],
  ['standardWebhooks', { header: 'x' }, 'standardWebhooks.header is unknown. Known are prefix.'],
  ['standardWebhooks', { prefx: 'x' }, 'standardWebhooks.prefx is unknown. Did you mean prefix?'],
  ['signature', hmac, "signature: expected 'auto', false or a scheme, got a function. Call it"],
  ['signature', standardWebhooks, 'got a function. Call it'],
  [
    'signature',
    'hmac',
    `signature: expected 'auto', false or a scheme, got "hmac" (string). Import the function and call it: signature: hmac({ header: 'x-signature' }).`,
  ],
  ['signature', true, 'got true (boolean).'],
  ['signature', null, 'got null.'],
  ['signature', {}, 'signature.name: expected a string with text, got undefined.'],
  ['signature', { name: 'own' }, 'signature.verify: expected a function, got undefined.'],
  ['signature', { name: '', verify() {} }, 'signature.name: expected a string with text'],
  ['signature', { name: 'own', verify() {}, maySign: true }, 'signature.maySign: expected a function'],
  ['toleranceSeconds', 0, 'toleranceSeconds: expected a whole number from 1, got 0 (number).'],
  ['toleranceSeconds', '300', 'toleranceSeconds: expected a whole number from 1, got "300" (string).'],
  ['toleranceSeconds', Number.POSITIVE_INFINITY, 'toleranceSeconds: expected a whole number from 1'],
  ['toleranceSeconds', Number.NaN, 'toleranceSeconds: expected a whole number from 1'],
])('refuses %s with %j at construction, saying what was expected', (name, value, message) => {
  expect(() => calls[name](value)).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringContaining(message) }),
  );
});

test('leaves the options as they were and does not look at them again', async () => {
  const options = { header: 'X-Signature' };
  const to = receiver({ signature: hmac(options) });
  expect(options).toEqual({ header: 'X-Signature' });
  options.header = 'x-another';
  await to.post({}, body);
  expect(to.reason()).toContain('Looked for: x-signature.');
});
