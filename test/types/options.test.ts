import { expectTypeOf } from 'expect-type';
import { pino } from 'pino';
import {
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  type Claim,
  type ClaimedElsewhere,
  type DeliveryStore,
  hmac,
  memoryStore,
  type SignatureScheme,
  standardWebhooks,
  timestampedHmac,
} from '../../src';

// The compiler is the test: none of these functions is called.
const compiles = (..._proofs: readonly ((...args: never[]) => unknown)[]) => expect.assertions(0);

test('every option may be undefined, said or not', () => {
  compiles(
    () => bigmindWebhooks(),
    () => bigmindWebhooks({}),
    () =>
      bigmindWebhooks({
        secret: undefined,
        signature: undefined,
        toleranceSeconds: undefined,
        limit: undefined,
        timeoutMs: undefined,
        maxRunMs: undefined,
        readTimeoutMs: undefined,
        keepHeaders: undefined,
        deduplicate: undefined,
        schemas: undefined,
        locals: undefined,
        logger: undefined,
        clock: undefined,
      }),
    () =>
      bigmindWebhooks({
        deduplicate: { store: undefined, ttlMs: undefined, key: undefined, storeTimeoutMs: undefined },
      }),
    () => hmac({ header: 'x', algorithm: undefined, encoding: undefined, prefix: undefined }),
    () => timestampedHmac({ header: 'x', timestampHeader: undefined, idHeader: undefined, content: undefined }),
    () => standardWebhooks({ prefix: undefined }),
    () => memoryStore({ maxKeys: undefined, clock: undefined }),
  );
});

test('options can be held in a variable of their type, with nothing to fill in', () => {
  compiles((options: BigmindWebhooksOptions) => bigmindWebhooks(options));
  compiles((options: Readonly<BigmindWebhooksOptions>) => bigmindWebhooks({ ...options, limit: '1mb' }));
});

test('a typo in an option, or a value of another type, does not compile', () => {
  compiles(() => {
    // @ts-expect-error a typo
    bigmindWebhooks({ toleranceSecond: 1 });
    // @ts-expect-error a typo further down
    bigmindWebhooks({ deduplicate: { ttl: 1 } });
    // @ts-expect-error text for a number
    bigmindWebhooks({ timeoutMs: '9s' });
    // @ts-expect-error null is not undefined
    bigmindWebhooks({ limit: null });
    // @ts-expect-error a factory that was not called
    bigmindWebhooks({ signature: hmac });
    // @ts-expect-error true says nothing
    bigmindWebhooks({ signature: true });
    // @ts-expect-error an algorithm that we do not have
    hmac({ header: 'x', algorithm: 'md5' });
    // @ts-expect-error no header
    hmac({});
  });
});

test('a secret is a string, several, or a function that finds it, at once or later', () => {
  compiles(
    (several: readonly string[]) => bigmindWebhooks({ secret: several }),
    () => bigmindWebhooks({ secret: () => undefined }),
    () =>
      bigmindWebhooks({
        secret: ({ headers: { host }, params: { tenant } }) => {
          expectTypeOf([host, tenant]).toEqualTypeOf<(string | undefined)[]>();
          return { tenant: 'acme', secret: ['old', 'new'] };
        },
      }),
    (find: (tenant: string | undefined) => Promise<string | null>) =>
      bigmindWebhooks({
        secret: async ({ params: { tenant } }) => {
          const secret = await find(tenant);
          return secret === null ? undefined : { tenant: 'acme', secret };
        },
      }),
    // @ts-expect-error the tenant is missing
    () => bigmindWebhooks({ secret: () => ({ secret: 'x' }) }),
    // @ts-expect-error an environment variable that may not be set has to be looked at
    (variable: string | undefined) => bigmindWebhooks({ secret: [variable] }),
  );
});

test('pino, pino options and false are loggers; a string is none', () => {
  compiles(
    () => bigmindWebhooks({ logger: pino() }),
    () => bigmindWebhooks({ logger: pino({ customLevels: { audit: 35 } }) }),
    () => bigmindWebhooks({ logger: { level: 'warn', redact: ['x'] } }),
    () => bigmindWebhooks({ logger: false }),
    // @ts-expect-error a level alone
    () => bigmindWebhooks({ logger: 'warn' }),
    // @ts-expect-error the factory
    () => bigmindWebhooks({ logger: pino }),
  );
});

test('a store of one’s own can answer at once or later', () => {
  class OwnStore implements DeliveryStore {
    async claim(key: string, leaseMs: number, ttlMs: number): Promise<Claim | ClaimedElsewhere | 'done'> {
      return leaseMs + ttlMs > 0 ? { token: key, attempt: 1, succeeded: [] } : { running: true, retryAfterMs: 1 };
    }
    extend = () => true;
    succeeded = async () => true;
    complete = async () => false;
    release = () => false;
  }
  compiles(
    () => bigmindWebhooks({ deduplicate: { store: new OwnStore() } }),
    // @ts-expect-error half a store
    () => bigmindWebhooks({ deduplicate: { store: { claim: () => 'done' as const } } }),
  );
});

test('a scheme of one’s own gets bytes, headers and a secret', () => {
  const scheme: SignatureScheme = {
    name: 'mine',
    verify({ rawBody, headers, secret }) {
      expectTypeOf(rawBody).toEqualTypeOf<Buffer>();
      return headers['x-mine'] === secret;
    },
  };
  compiles(
    () => bigmindWebhooks({ signature: scheme }),
    () => bigmindWebhooks({ signature: { name: 'later', verify: async () => ({ signedAt: 1, id: undefined }) } }),
    // @ts-expect-error a verdict in words
    () => bigmindWebhooks({ signature: { name: 'worded', verify: () => 'yes' } }),
  );
});

test('deduplicate.key sees the delivery and names it', () => {
  compiles(
    () =>
      bigmindWebhooks({ deduplicate: { key: ({ headers, rawBody }) => headers['x-id'] ?? rawBody.toString('hex') } }),
    // @ts-expect-error a name that may be missing
    () => bigmindWebhooks({ deduplicate: { key: ({ headers }) => headers['x-id'] } }),
  );
});

test('deduplicate.onSilence takes a function that may wait, without arguments', () => {
  compiles(
    () => bigmindWebhooks({ deduplicate: { onSilence: () => undefined } }),
    () => bigmindWebhooks({ deduplicate: { onSilence: async () => 'connected' } }),
    // @ts-expect-error nothing is passed to it
    () => bigmindWebhooks({ deduplicate: { onSilence: (client: object) => client } }),
    // @ts-expect-error no function
    () => bigmindWebhooks({ deduplicate: { onSilence: true } }),
  );
});
