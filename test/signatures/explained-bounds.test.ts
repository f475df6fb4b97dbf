import { mac, now, plainHeaders, receiver, secret } from './sender';

// How far an explanation of a mismatch goes: strangers cause them.

const told = async (to: ReturnType<typeof receiver>, signedWith: string, sent: string, params = {}) => {
  expect((await to.post(plainHeaders(sent, signedWith), sent, params)).status).toBe(401);
  return to.reason();
};

/** Four milliseconds pass before a variant is tried, and none after that. */
function letTimePass(): void {
  let calls = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => (calls++ === 0 ? 0 : 4));
}

describe('when the time of an explanation is over', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([
    [49_999, '\r\n', true],
    [50_000, '\n', true],
    [50_000, '\r\n', false],
  ])('with a body of %d bytes, a secret with %j behind it is tried: %j', async (length, end, isTried) => {
    const to = receiver();
    letTimePass();
    const reason = await told(to, secret + end, 'x'.repeat(length));
    expect(reason.includes('a line end behind the secret')).toBe(isTried);
  });

  test.each([
    [10, true],
    [50_000, false],
  ])('with a body of %d bytes, other tenants’ secrets are tried: %j', async (length, areTried) => {
    const to = receiver({ secret: ({ params: { tenant = '' } }) => ({ tenant, secret: secret + tenant }) });
    expect((await to.post(plainHeaders('{}', `${secret}globex`), '{}', { tenant: 'globex' })).status).toBe(422);
    letTimePass();
    const reason = await told(to, `${secret}globex`, 'x'.repeat(length), { tenant: 'acme' });
    expect(reason.includes('that of globex')).toBe(areTried);
  });
});

describe('while no time passes', () => {
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockReturnValue(0);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([
    [131_072, true],
    [131_078, false],
  ])('a spelling of %d bytes is tried: %j', async (length, isTried) => {
    const letters = (length - 2) / 6;
    const to = receiver();
    const ascii = `"${'\\u00eb'.repeat(letters)}"`;
    expect(ascii).toHaveLength(length);
    expect((await to.post({ 'x-signature': mac(ascii) }, `"${'ë'.repeat(letters)}"`)).status).toBe(401);
    expect(to.reason().includes('compactly and in ASCII')).toBe(isTried);
  });
});

test('a secret of which nothing is left is not tried', async () => {
  expect(await told(receiver({ secret: '""' }), '', '{}')).not.toContain('quotes');
});

describe('of several tenants', () => {
  let time = now;
  const secrets: Record<string, string | string[]> = {};
  const to = receiver({
    secret: ({ params: { tenant = '' } }) => ({ tenant, secret: secrets[tenant] ?? 'unknown' }),
    clock: { now: () => time },
  });
  beforeEach(() => {
    time += 10_000;
    Object.assign(secrets, { acme: 'the secret of acme', globex: ['the new one of globex', 'the old one of globex'] });
  });
  const accepted = async (tenant: string, signedWith: string) =>
    expect((await to.post(plainHeaders('{}', signedWith), '{}', { tenant })).status).toBe(422);

  test('any of another one’s secrets is named', async () => {
    await accepted('globex', 'the new one of globex');
    expect(await told(to, 'the old one of globex', '{}', { tenant: 'acme' })).toContain('that of globex');
    time += 10_000;
    expect(await told(to, 'the new one of globex', '{}', { tenant: 'acme' })).toContain('that of globex');
  });

  test('a tenant’s own secret that was replaced is none of another tenant', async () => {
    await accepted('acme', 'the secret of acme');
    secrets['acme'] = 'the next secret of acme';
    expect(await told(to, 'the secret of acme', '{}', { tenant: 'acme' })).not.toContain('nother tenant');
  });
});
