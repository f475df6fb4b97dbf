import { spawnSync } from 'node:child_process';
import { makeWorkspace, removeWorkspace, write } from '../docs/workspace';

// A process that has compiled much code of regular expressions compiles further ones without optimising them. They then
// need stack for each round of a `+`, which texts of megabytes overflow. The flag makes it so from the start.
const flag = '--no-regexp-optimization';

/** What a program writes as JSON that runs so. */
function toldBy(program: string): unknown {
  const workspace = makeWorkspace();
  try {
    const file = write(workspace, 'program.cjs', `${tools}\n${program}`);
    const { status, stdout, stderr } = spawnSync(process.execPath, [flag, file], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout);
  } finally {
    removeWorkspace(workspace);
  }
}

const tools = `
const { bigmindWebhooks, eventSchema } = require('bigmind-webhooks');
const { examplePayload, explainSignature, signDelivery } = require('bigmind-webhooks/testing');
const secret = 'a secret';
const long = 'a'.repeat(4_900_000);
const say = (value) => console.log(JSON.stringify(value));
/** The answer to each payload, and the events whose handlers ran. */
async function answers(payloads, schemas) {
  const handled = [];
  const webhooks = bigmindWebhooks({ secret, logger: false, schemas }).on('*', ({ event }) => handled.push(event));
  const answered = [];
  for (const payload of payloads) {
    const { status, body } = await webhooks.receive(signDelivery({ payload, secret }));
    answered.push([status, JSON.parse(body).errors?.[0].keyword]);
  }
  return { answered, handled };
}
`;

test('the texts do overflow the stack of such a process', () => {
  const program = 'try { say(/^[^@]+@$/.test(long)); } catch ({ name }) { say(name); }';
  expect(toldBy(program)).toBe('RangeError');
});

test('an address of megabytes is judged: a genuine one is handled, another is invalid', () => {
  const program = `
    const signals = [long, long + '@a b', 'ж'.repeat(2_400_000), long + '@b.c']
      .map((userEmail) => examplePayload('signal_action', { data: { userEmail } }));
    answers(signals).then(say);`;
  expect(toldBy(program)).toEqual({
    answered: [
      [422, 'pattern'],
      [422, 'pattern'],
      [422, 'pattern'],
      [200, null],
    ],
    handled: ['signal_action'],
  });
});

test('a text that a pattern of the user’s cannot judge is invalid, whether the pattern must match or must not', () => {
  const program = `
    const matching = { pattern: '^[^@]+@' };
    const text = (rule) => eventSchema({ type: 'object', properties: { text: { type: 'string', ...rule } } });
    const schemas = { matched: text(matching), unmatched: text({ not: matching }), chosen: text({ anyOf: [matching, {}] }) };
    const payloads = ['short@', long].flatMap((text) => Object.keys(schemas).map((event) => ({ event, text })));
    answers(payloads, schemas).then(say);`;
  expect(toldBy(program)).toEqual({
    answered: [
      [200, null],
      [422, 'not'],
      [200, null],
      [422, 'unjudged'],
      [422, 'unjudged'],
      [422, 'unjudged'],
    ],
    handled: ['matched', 'chosen'],
  });
});

test('a body of megabytes that looks like base64 is explained', () => {
  const program = `
    const headers = { 'x-signature': 'a'.repeat(64) };
    say(explainSignature({ headers, body: long.repeat(4), secret }).match ?? 'explained');`;
  expect(toldBy(program)).toBe('explained');
});

test('a header of megabytes is no signature', () => {
  const program = `
    const webhooks = bigmindWebhooks({ secret, logger: false });
    const values = ['t=' + long, 't=1700000000,v1=' + long, 'v1,' + long, 'v1,' + 'a v1,'.repeat(1_000_000)];
    const identified = { 'webhook-id': 'a', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) };
    const received = values.flatMap((value) => [{ 'x-signature': value }, { ...identified, 'webhook-signature': value }])
      .map((headers) => webhooks.receive({ headers, body: '{}' }));
    Promise.all(received).then((all) => say(all.map(({ status }) => status)));`;
  expect(toldBy(program)).toEqual(Array.from({ length: 8 }, () => 401));
});
