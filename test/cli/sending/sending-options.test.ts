import { addressOf } from '../../../src/cli/sending/sending-options';

test('the address is that of --url, else of the environment, else of listen', () => {
  const url = new URL('http://127.0.0.1:3000/hooks');
  const env = { BIGMIND_WEBHOOK_URL: 'http://127.0.0.1:4000/hooks' };
  expect(addressOf({ url }, { env }).href).toBe(url.href);
  expect(addressOf({}, { env }).href).toBe(env.BIGMIND_WEBHOOK_URL);
  for (const empty of [{}, { BIGMIND_WEBHOOK_URL: ' ' }]) {
    expect(addressOf({}, { env: empty }).href).toBe('http://127.0.0.1:3001/webhooks/bigmind');
  }
});
