import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signDelivery } from '../../src/testing';
import {
  body,
  expectAccepted,
  expectRefused,
  mac,
  now,
  payload,
  plainHeaders,
  receiver,
  secret,
  stripeHeaders,
} from './sender';

const page = readFileSync(join(__dirname, '../../docs/signatures.md'), 'utf8');

test('the page quotes each reason of a 401 as the log has it', async () => {
  const to = receiver();
  await expectRefused(to, { 'x-bigmind-token': 'a' });
  expect(page).toContain(to.reason());
  await expectRefused(to, { 'x-bigmind-signature': mac('other') });
  expect(page).toContain(to.reason());
  const blank = receiver({ secret: `${secret} ` });
  await expectRefused(blank, plainHeaders());
  expect(page).toContain(blank.reason());
  const late = receiver({ clock: { now: () => now + 400_000 } });
  await expectRefused(late, stripeHeaders());
  expect(page).toContain(late.reason());
  const tenants = receiver({ secret: () => undefined });
  await expectRefused(tenants, stripeHeaders());
  expect(page).toContain(tenants.reason());
});

test('the page quotes the line that names the pin', async () => {
  const to = receiver();
  const { headers, body: sent } = signDelivery({ payload, secret });
  await expectAccepted(to, { ...headers, 'user-agent': 'Bigmind/1.0' }, 'hmac', sent);
  expect(sent).toBe(body);
  const [line] = to.logged('Signature scheme found.');
  expect(page).toContain(line?.msg);
});
