import fc from 'fast-check';
import { bigmindWebhooks, isWebhookError } from '../../src';

const names = ['secret', 'signature', 'toleranceSeconds', 'limit', 'timeoutMs', 'maxRunMs', 'readTimeoutMs', 'locals'];
const junk = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }),
  fc.func(fc.anything()),
  fc.constant(Symbol('junk')),
  fc.constant(new Proxy({}, {})),
);
const nested = (...known: string[]) =>
  fc.oneof(junk, fc.record(Object.fromEntries(known.map((name) => [name, junk])), { requiredKeys: [] }));
const options = fc.record(
  {
    ...Object.fromEntries(names.map((name) => [name, junk])),
    signature: nested('name', 'verify', 'maySign', 'looksFor'),
    deduplicate: nested('store', 'ttlMs', 'key', 'storeTimeoutMs'),
    schemas: fc.oneof(junk, fc.dictionary(fc.string(), nested('schema'))),
    clock: nested('now'),
    logger: fc.oneof(junk, fc.constant(false)),
  },
  { requiredKeys: [] },
);

/** Anything but our error fails the property. */
function worksOrSaysWhy(attempt: () => unknown): void {
  try {
    attempt();
  } catch (error) {
    if (!isWebhookError(error)) throw error;
    expect(error.message).toMatch(new RegExp(`^${error.code} `));
  }
}

test('no options make the constructor throw anything but a WebhookError', () => {
  fc.assert(
    fc.property(fc.oneof(options, junk), (given) =>
      worksOrSaysWhy(() => Reflect.apply(bigmindWebhooks, undefined, [given])),
    ),
  );
}, 60_000);

test('one bad option among good ones makes the constructor throw nothing but a WebhookError', () => {
  const good = { secret: 'a secret', logger: false };
  fc.assert(
    fc.property(options, fc.constantFrom(...names, 'deduplicate', 'schemas', 'clock', 'logger'), (given, name) => {
      worksOrSaysWhy(() =>
        Reflect.apply(bigmindWebhooks, undefined, [{ ...good, [name]: given[name as keyof typeof given] }]),
      );
    }),
  );
}, 60_000);

test('nothing makes on, onInvalid or onUnknown throw anything but a WebhookError', () => {
  const webhooks = bigmindWebhooks({ secret: 'a secret', logger: false });
  const selectors = fc.oneof(
    junk,
    fc.constantFrom('*', 'notes_created'),
    fc.array(fc.oneof(junk, fc.constant('email_sent'))),
  );
  fc.assert(
    fc.property(selectors, junk, fc.record({ name: junk }), (selector, handler, named) => {
      worksOrSaysWhy(() => Reflect.apply(webhooks.on, webhooks, [selector, handler, named]));
      worksOrSaysWhy(() => Reflect.apply(webhooks.onInvalid, webhooks, [handler]));
      worksOrSaysWhy(() => Reflect.apply(webhooks.onUnknown, webhooks, [handler]));
    }),
  );
});
