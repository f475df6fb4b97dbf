import fc from 'fast-check';
import { bigmindWebhooks } from '../../src';
import {
  body,
  expectAccepted,
  expectRefused,
  mac,
  now,
  payload,
  receiver,
  refusal,
  seconds,
  secret,
  slackHeaders,
  stripeHeaders,
} from './sender';

/** The forms that `auto` tries: the headers of each, around whatever signature an attacker has got hold of. */
const forms = {
  plain: (hex: string) => ({ 'x-signature': hex }),
  stripe: (hex: string, time: string) => ({ 'stripe-signature': `t=${time},v1=${hex}` }),
  slack: (hex: string, time: string) => ({ 'x-timestamp': time, 'x-signature': `v0=${hex}` }),
  twoHeaders: (hex: string, time: string) => ({ 'x-timestamp': time, 'x-signature': hex }),
  standard: (hex: string, time: string, id: string) => ({
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${Buffer.from(hex, 'hex').toString('base64')}`,
  }),
};
type Form = keyof typeof forms;

const signedText: Record<Form, (text: string, time: string, id: string) => string> = {
  plain: (text) => text,
  stripe: (text, time) => `${time}.${text}`,
  slack: (text, time) => `v0:${time}:${text}`,
  twoHeaders: (text, time) => `${time}.${text}`,
  standard: (text, time, id) => `${id}.${time}.${text}`,
};

const formNames = Object.keys(forms) as Form[];

/** Ids that look like timestamps, versions and dates are the ones to confuse. */
const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
const times = fc.oneof(fc.constantFrom(seconds, String(now)), digits(10), digits(13));
const ids = fc.oneof(times, fc.constantFrom('v0', 'v1', 't', 'msg_1', '-', '_'), fc.stringMatching(/^[\w-]{1,20}$/));
const blanks = fc.stringMatching(/^[ \t\r\n]{0,4}$/);
const bodies = fc
  .tuple(blanks, ids, times)
  // The text of every prefix inside the body too, for readings that begin there.
  .map(([blank, id, time]) => blank + JSON.stringify({ ...payload, id, nested: `${time}.${id}.${time}.v0:${time}:` }));

/** Every way to cut a signed text into what one form puts in front and a body. */
function* readings(text: string): Generator<{ form: Form; time: string; id: string; rest: string }> {
  yield { form: 'plain', time: '', id: '', rest: text };
  const cuts = [...text.matchAll(/[.:]/g)].map(({ index }) => index).slice(0, 8);
  for (const cut of cuts) {
    const rest = text.slice(cut + 1);
    const front = text.slice(0, cut);
    const parts = front.split(/[.:]/);
    for (const form of formNames) {
      if (form !== 'plain') yield { form, time: parts.at(-1) ?? '', id: parts.slice(0, -1).join('.'), rest };
    }
    yield { form: 'standard', time: parts[1] ?? '', id: parts[0] ?? '', rest };
    yield { form: 'stripe', time: parts[0] ?? '', id: '', rest };
  }
}

/** No timestamp is stale for this receiver, so that nothing but the form stands in an attacker's way. */
function timeless() {
  const handled: unknown[] = [];
  const webhooks = bigmindWebhooks({
    secret,
    logger: false,
    deduplicate: false,
    toleranceSeconds: Number.MAX_SAFE_INTEGER,
    clock: { now: () => now },
  });
  webhooks.on('notes_created', (event) => handled.push(event)).onUnknown((event) => handled.push(event));
  return { webhooks, handled };
}

test.each(formNames)('what is signed as %s is never an event under another form', async (signedAs) => {
  const { webhooks, handled } = timeless();
  let genuine = 0;
  await fc.assert(
    fc.asyncProperty(bodies, times, ids, async (text, time, id) => {
      const whole = signedText[signedAs](text, time, id);
      const hex = mac(whole);
      for (const reading of readings(whole)) {
        const headers = forms[reading.form](hex, reading.time, reading.id);
        const before = handled.length;
        const { status } = await webhooks.receive({ headers, body: reading.rest });
        if (handled.length === before) {
          expect([400, 401, 422]).toContain(status);
          continue;
        }
        // Only the very body that was signed is an event, and only with what was signed in front of it.
        expect(reading.rest).toBe(text);
        if (signedAs !== 'plain') expect(reading.time).toBe(time);
        if (signedAs === 'standard') expect(reading.id).toBe(id);
        genuine += 1;
      }
    }),
    { numRuns: 40 },
  );
  // The genuine reading is among those that were tried, or the property would say nothing.
  expect(genuine).toBeGreaterThanOrEqual(40);
});

test.each([
  ['timestamp and body', `${seconds}.${body}`],
  ['Slack’s text', `v0:${seconds}:${body}`],
  ['id, timestamp and body', `msg_1.${seconds}.${body}`],
  ['milliseconds and body', `${now}.${body}`],
  ['the longest id, timestamp and body', `${'a'.repeat(256)}.${now}.${body}`],
])('a signature over %s, replayed as a plain one, is refused however old it is', async (_form, text) => {
  const set: unknown[] = [];
  const to = receiver();
  to.webhooks.onInvalid((found) => set.push(found));
  await expectRefused(to, { 'x-signature': mac(text) }, text);
  await expectRefused(to, { 'x-signature': `sha256=${mac(text, { encoding: 'base64' })}` }, text);
  expect(set).toStrictEqual([]);
});

test.each(['', '[1,2]', '17778960001.5', 'v0:x:y', 'a.b.c', '"1777896000."', `${seconds}`, '\ufeff{}'])(
  'a plain signature over %j, which begins like no signed text, is genuine',
  async (text) => {
    const to = receiver();
    expect((await to.post({ 'x-signature': mac(text) }, text)).status).toBeLessThan(500);
    expect((await to.post({ 'x-signature': mac(text) }, text)).status).not.toBe(401);
  },
);

test('an id of ten digits is not taken for a timestamp in front of an event', async () => {
  const text = `${seconds}.${seconds}.${body}`;
  const headers = { 'x-timestamp': seconds, 'x-signature': mac(text) };
  const to = receiver();
  expect((await to.post(headers, `${seconds}.${body}`)).status).toBe(400);
  expect(await to.post(headers, body)).toEqual(refusal);
  expect(to.handled).toStrictEqual([]);
});

test('the parts of one genuine delivery do not mix with those of another', async () => {
  const other = `${body} `;
  const to = receiver();
  for (const [first, second] of [
    [stripeHeaders(), slackHeaders(other)],
    [slackHeaders(), stripeHeaders(other)],
  ]) {
    for (const text of [body, other]) expect((await to.post({ ...first, ...second }, text)).status).toBe(200);
    expect(await to.post({ ...first, ...second }, `${body}${other}`)).toEqual(refusal);
  }
  await expectAccepted(receiver(), { ...stripeHeaders(), ...slackHeaders(other) }, 'timestampedHmac');
});
