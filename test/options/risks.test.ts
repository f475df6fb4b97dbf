import * as loaded from '../../src';

const platforms = { AWS_LAMBDA_FUNCTION_NAME: 'AWS Lambda', VERCEL: 'Vercel', K_SERVICE: 'Cloud Run' };
const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

/** What is warned about when receivers with these options are made in a fresh process, one after the other. */
function warningsOf(...receivers: loaded.BigmindWebhooksOptions[]): object[] {
  const warnings: object[] = [];
  const logger: loaded.Logger = {
    debug() {},
    info() {},
    warn: (fields) => warnings.push(fields),
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

test('signatures that are switched off are warned about each time', () => {
  const options = { signature: false } as const;
  expect(warningsOf(options, options)).toEqual([{ code: 'SIGNATURE_OFF' }, { code: 'SIGNATURE_OFF' }]);
});
