import * as loaded from '../../src';
import { ArrayQueue } from '../queueing/array-queue';

const platforms = { AWS_LAMBDA_FUNCTION_NAME: 'AWS Lambda', VERCEL: 'Vercel', K_SERVICE: 'Cloud Run' };
const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

/** What is warned about when receivers with these options are made in a fresh process, one after the other. */
function warningsOf(...receivers: loaded.BigmindWebhooksOptions[]): unknown[] {
  return messagesOf(...receivers).map(([fields]) => fields);
}

/** The same, each with its message. */
function messagesOf(...receivers: loaded.BigmindWebhooksOptions[]): unknown[][] {
  const warnings: unknown[][] = [];
  const logger: loaded.Logger = {
    debug() {},
    info() {},
    warn: (fields, message) => warnings.push([fields, message]),
    error() {},
    child: () => logger,
  };
  jest.isolateModules(() => {
    const { bigmindWebhooks } = jest.requireActual<typeof loaded>('../../src');
    for (const options of receivers) bigmindWebhooks({ secret: 'a secret', logger, ...options });
  });
  return warnings;
}

test.each(Object.entries(platforms))(
  'in memory where %s says that it runs many processes, one warning says so',
  (variable, platform) => {
    process.env[variable] = 'yes';
    expect(warningsOf({}, {})).toEqual([{ code: 'EPHEMERAL_STORE', platform }]);
  },
);

test('nothing is warned about on a server of one’s own', () => {
  for (const variable of Object.keys(platforms)) delete process.env[variable];
  expect(warningsOf({}, { deduplicate: false })).toStrictEqual([]);
});

test('who chose a store, or none, is not warned', () => {
  Object.assign(process.env, { VERCEL: '1' });
  expect(warningsOf({ deduplicate: false }, { deduplicate: { store: loaded.memoryStore() } })).toStrictEqual([]);
});

test('a process that only puts deliveries into a queue is not warned about its store', () => {
  Object.assign(process.env, { VERCEL: '1' });
  const queue = new ArrayQueue();
  expect(warningsOf({ queue }, { queue, secret: () => undefined })).toStrictEqual([]);
});

test('tenants that share the in-memory store are warned about, once for each receiver', () => {
  const secret = () => undefined;
  expect(warningsOf({ secret })).toEqual([{ code: 'TENANTS_SHARE_STORE' }]);
});

test.each<[string, loaded.BigmindWebhooksOptions]>([
  ['a store was chosen', { deduplicate: { store: loaded.memoryStore() } }],
  ['nothing is remembered', { deduplicate: false }],
  ['one tenant is served', { secret: ['a secret'] }],
])('no tenants are warned about where %s', (_reason, options) => {
  expect(warningsOf({ secret: () => undefined, ...options })).toStrictEqual([]);
});

const looksWrong: [string, string, RegExp][] = [
  ['a line break', 'hush-hush\n', /white space at an end/],
  ['a blank in front', ' hush-hush', /white space at an end/],
  ['a no-break space', 'hush-hush\u00a0', /white space at an end/],
  ['quotes', '"hush-hush"', /a quote at an end/],
  ['one quote', "hush-hush'", /a quote at an end/],
  ['a byte order mark', '\ufeffhush-hush', /byte order mark at an end/],
  ['a zero-width space', 'hush-hush\u200b', /zero-width character at an end/],
  ['a written-out line break', 'hush-hush\\n', /a backslash and a letter for a line break at an end/],
  ['the prefix of a signature', 'v1,hush-hush', /begins with "v1,"/],
  ['undefined', 'undefined', /reads undefined or null/],
  ['null', 'null', /reads undefined or null/],
  ['an object as text', '[object Object]', /what an object becomes/],
  ['the JSON of a secret manager', '{"bigmind": "hush-hush"}', /is JSON, as a secret manager may give it/],
  ['JSON in several lines', '{\n  "bigmind": "hush-hush"\n}', /is JSON, as a secret manager may give it/],
  ['a name of a shell', '$HUSH_1', /the name of a value/],
  ['a name in braces', '\u0024{hush}', /the name of a value/],
  ['a name of a shell with a line in front', '$_HUSH', /the name of a value/],
  ['a name of cmd.exe', '%HUSH_1%', /the name of a value/],
  ['a name of cmd.exe with a line in front', '%_HUSH%', /the name of a value/],
  ['a name of a template', '{{ hush.secret }}', /the name of a value/],
  ['a short name of a shell', '$H', /the name of a value/],
  ['a short name of cmd.exe', '%H%', /the name of a value/],
  ['an empty name in braces', '{}', /the name of a value/],
  ['a placeholder', '<hush-hush>', /the name of a value/],
  ['no base64 after whsec_', 'whsec_hush-hush!', /goes on with no base64 of 24 bytes/],
];

test.each(looksWrong)('a secret with %s is warned about, and never shown', (_flaw, secret, said) => {
  const told = messagesOf({ secret });
  expect(told).toEqual([[{ code: 'SECRET_LOOKS_WRONG' }, expect.stringMatching(said)]]);
  expect(told.join()).not.toMatch(/hush/i);
  expect(messagesOf({ secret: ['a good one', secret] })).toEqual([
    [{ code: 'SECRET_LOOKS_WRONG' }, expect.stringMatching(/^secret\[1\] /)],
  ]);
  expect(warningsOf({ signature: false, secret })).toEqual([{ code: 'SIGNATURE_OFF' }]);
});

test.each([
  'a secret',
  'hush "hush" hush',
  'v1hush',
  'hush,v1,hush',
  'hush\ufeffhush',
  'hush\u200bhush',
  'hush\u00a0hush',
  'hush\\nhush',
  'undefined-1',
  '[object Object]hush',
  'hush[object Object]',
  '$hush',
  '$HUSH!',
  '%HUSH',
  '%1HUSH%',
  '%hush%',
  'hush%HUSH%hush',
  'hush<hush>',
  '{hush',
  `whsec_${'A'.repeat(32)}`,
  Buffer.alloc(32, 7).toString('base64'),
])('the secret %j is warned of nothing', (secret) => {
  expect(warningsOf({ secret })).toStrictEqual([]);
});

test('a pinned hmac takes anything after whsec_ without a warning', () => {
  const secret = 'whsec_test_secret';
  expect(warningsOf({ secret, signature: loaded.hmac({ header: 'x-signature' }) })).toStrictEqual([]);
  expect(warningsOf({ secret })).toEqual([{ code: 'SECRET_LOOKS_WRONG' }]);
});

test('signatures that are switched off are warned about each time', () => {
  const options = { signature: false } as const;
  expect(warningsOf(options, options)).toEqual([{ code: 'SIGNATURE_OFF' }, { code: 'SIGNATURE_OFF' }]);
});

test('a secret that is passed as undefined is warned about, and one that is left out is not', () => {
  process.env['BIGMIND_WEBHOOK_SECRET'] = 'a secret of the environment';
  const message = expect.stringMatching(
    /^secret: undefined was passed, so the secret in BIGMIND_WEBHOOK_SECRET is used/,
  ) as unknown;
  expect(messagesOf({ secret: undefined })).toEqual([[{ code: 'SECRET_LOOKS_WRONG' }, message]]);
  const warn = jest.fn();
  const logger: loaded.Logger = { debug() {}, info() {}, warn, error() {}, child: () => logger };
  loaded.bigmindWebhooks({ logger });
  expect(warn).not.toHaveBeenCalled();
});
