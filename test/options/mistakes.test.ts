import { examplePayload, signDelivery } from '../../src/testing';
import { receiverWith, refusalOf } from './refusal';

const secret = 'a secret';
const payload = examplePayload('notes_created');
const sign = (...args: unknown[]) => Reflect.apply(signDelivery, undefined, args) as unknown;

test.each<[string, () => unknown, string]>([
  ['signDelivery without a secret', () => sign({ payload }), 'signDelivery.secret: expected a string with text'],
  ['signDelivery with a misspelt option', () => sign({ payload, secret, shceme: 'hmac' }), 'Did you mean scheme?'],
  ['signDelivery with a scheme of no name', () => sign({ payload, secret, scheme: 'x' }), "scheme: expected 'hmac', '"],
  ['signDelivery without anything', () => sign(), 'signDelivery: expected an object, got undefined.'],
  ['a router that is called', () => Reflect.apply(receiverWith({}).router, undefined, []), 'webhooks.router)'],
  ['the name of a scheme', () => receiverWith({ signature: 'hmac' }), "signature: expected 'auto', false or a scheme"],
])('%s is refused with what to write', (_mistake, make, expected) => {
  expect(refusalOf(make)).toMatchObject({
    code: 'BAD_OPTION',
    message: expect.stringContaining(expected) as string,
  });
});
