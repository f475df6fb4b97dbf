import { createBodyWork } from '../../../src/cli/inspector/body-work';
import { DeliveryLog } from '../../../src/cli/inspector/delivery-log';
import { explainDelivery } from '../../../src/cli/inspector/explain-delivery';
import { createJudge } from '../../../src/cli/inspector/judge';
import { examplePayload, signDelivery } from '../../../src/testing';
import { computingTime } from '../../fixtures/computing-time';

const secret = 'the secret of the destination';
const work = createBodyWork(secret);

/** What the page gets of a delivery with this body and these headers. */
function explained(body: string, extra: Readonly<Record<string, string>> = {}, all = true) {
  const log = new DeliveryLog();
  const { headers } = signDelivery({ payload: body, secret });
  const logged = log.add({
    request: { method: 'POST', url: '/', headers: { ...headers, ...extra }, body: Buffer.from(body) },
    key: undefined,
    reason: undefined,
    app: undefined,
    summary: { receivedAt: 0, outcome: 'processed', status: 200, ms: 1 },
  });
  return explainDelivery(logged, { log, work, secret, all });
}

test('shows at most a quarter of a header that may hold a credential, however short, and other headers whole', async () => {
  const { headers: shown } = await explained('{}', {
    cookie: 'a=b',
    'x-api-key': 'sk_short',
    'cf-access-jwt-assertion': `ey.${'j'.repeat(200)}`,
    'x-request-id': 'a-request-of-no-credential',
  });
  const headers = Object.fromEntries(shown);
  expect(headers).toMatchObject({
    cookie: '… (3 characters)',
    'x-api-key': 'sk… (8 characters)',
    'cf-access-jwt-assertion': `ey.${'j'.repeat(13)}… (203 characters)`,
    'x-request-id': 'a-request-of-no-credential',
    'x-bigmind-signature': expect.stringMatching(/^[0-9a-f]{16}… \(64 characters\)$/) as string,
  });
});

test.each([
  ['long', JSON.stringify({ event: 'todo_created', data: 'x'.repeat(300_000) })],
  ['full of names', `{"event":"todo_created","data":{${Array.from({ length: 14_000 }, (_, key) => `"${key}":1`)}}}`],
  ['full of brackets', `{"event":"todo_created","data":[${'[],'.repeat(14_000)}1]}`],
])('of a body that is %s, the beginning is all that is read unasked', async (_what, body) => {
  const { isLeft, text, signature, schemaErrors: errors } = await explained(body, {}, false);
  expect({ isLeft, tried: signature.tried, errors }).toStrictEqual({ isLeft: true, tried: [], errors: [] });
  expect(body.startsWith(text ?? '?')).toBe(true);
  expect(text?.length).toBeLessThanOrEqual(100_000);
  const read = await explained(body);
  expect(read).toMatchObject({ text, signature: { match: { recognised: true } } });
  expect(read).not.toHaveProperty('isLeft');
});

test('a long conversation is read unasked: it is text, and holds few values', async () => {
  const said = 'He said: "yes, [of course], {why not}". '.repeat(5000);
  const { isLeft, schemaErrors: errors } = await explained(JSON.stringify({ event: 'todo_created', said }), {}, false);
  expect(isLeft).toBeUndefined();
  expect(errors).not.toHaveLength(0);
});

test('says where a body stops being JSON', async () => {
  expect((await explained('{"event":\n"x" 1}')).broken).toStrictEqual({
    line: 2,
    column: 5,
    start: 14,
    end: 15,
    expected: ', or }',
  });
  expect(await explained('{}')).not.toHaveProperty('broken');
  expect(await explained('')).not.toHaveProperty('broken');
});

test('a byte order mark before a body is no fault of it, as for the receiver', async () => {
  const body = `\uFEFF${JSON.stringify(examplePayload('todo_created'))}`;
  const { broken, schemaErrors: errors, text } = await explained(body);
  expect({ broken, errors, text }).toStrictEqual({ broken: undefined, errors: [], text: body.slice(1) });
  const cut = body.slice(0, -1);
  expect((await explained(cut)).broken).toMatchObject({ line: 1, column: cut.length });
  const { outcome, event } = await createJudge(secret)(
    { method: 'POST', url: '/', headers: signDelivery({ payload: body, secret }).headers, body: Buffer.from(body) },
    true,
  );
  expect({ outcome, event }).toStrictEqual({ outcome: 'processed', event: 'todo_created' });
});

test.each([
  ['arrays', '[', '0', ']', 100_000],
  ['objects', '{"data":', '1', '}', 100_000],
  ['arrays of 5 MB', '[', '', ']', 2_500_000],
  ['arrays that never end', '[', '', '', 5_000_000],
])('explains %s, nested as deep as can be, within seconds', async (_what, open, inside, close, levels) => {
  const body = `{"event":"todo_created","data":${open.repeat(levels)}${inside}${close.repeat(levels)}}`;
  const computedMs = computingTime();
  const { text, signature, schemaErrors } = await explained(body);
  expect(computedMs()).toBeLessThan(2500);
  expect(body.startsWith(text ?? '?')).toBe(true);
  expect(signature.match?.recognised).toBe(true);
  expect(schemaErrors).toHaveLength(0);
});

test('a body that is nested less deep has its schema errors, and brackets in texts do not count', async () => {
  const deep = `{"event":"todo_created","data":${'['.repeat(9000)}${']'.repeat(9000)}}`;
  expect((await explained(deep)).schemaErrors).not.toHaveLength(0);
  const brackets = JSON.stringify({ event: 'todo_created', data: `\\"${'['.repeat(20_000)}` });
  expect((await explained(brackets)).schemaErrors).not.toHaveLength(0);
});
