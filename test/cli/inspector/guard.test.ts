import type { IncomingMessage } from 'node:http';
import { whyRefused } from '../../../src/cli/inspector/guard';

/** Why a browser may not see the page at a port; `undefined` if it may. */
function refusal(port: number, host: string, origin = `http://${host}`): string | undefined {
  const headers = { host, origin };
  return whyRefused({ method: 'POST', headers, rawHeaders: Object.entries(headers).flat() } as IncomingMessage, port);
}

test.each(['127.0.0.1', 'localhost', '[::1]'])('shows the page at port 80, which browsers leave out: %s', (name) => {
  expect(refusal(80, name)).toBeUndefined();
  expect(refusal(8080, `${name}:8080`)).toBeUndefined();
});

test.each([
  [80, 'evil.example'],
  [80, '127.0.0.1.evil.example'],
  [80, '127.0.0.1:8080'],
  [8080, '127.0.0.1'],
])('refuses at port %i the Host %s', (port, host) => {
  expect(refusal(port, host)).toMatch(/only under 127\.0\.0\.1, localhost or \[::1\]/);
});

test('refuses at port 80 the page of another', () => {
  expect(refusal(80, '127.0.0.1', 'http://127.0.0.1:8080')).toMatch(/no other page/);
});
