import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventNames } from '../../../src/index';
import { numbersIn } from '../../docs/constants';
import { readDocument } from '../../docs/markdown';
import { runHere } from '../fake-io';

/** The most requests that came before one was answered. Nothing is answered before `wanted` have come. */
async function mostAtOnce(args: readonly string[], wanted: number): Promise<number> {
  let most = 0;
  let isFull = false;
  const waiting = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      waiting.add(response);
      most = Math.max(most, waiting.size);
      isFull ||= waiting.size === wanted;
      if (!isFull) return;
      for (const each of waiting) each.end();
      waiting.clear();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const env = { BIGMIND_WEBHOOK_SECRET: 'a secret to send with' };
  const { code } = await runHere(['send', ...args, '--url', url, '--timeout', '10'], { env });
  server.close();
  expect(code).toBe(0);
  return most;
}

const [many = 0] = numbersIn(readDocument('docs/cli.md'), '`--concurrency` is # with `--rate` or `--count`');

test.each([
  ['one without a count and a rate', ['--all'], 1],
  ['as many as docs/cli.md says with a count', ['todo_created', '--count', '100'], many],
  ['all that are due with a rate', ['--all', '--rate', '10000'], eventNames.length],
  ['as many as it is told', ['todo_created', '--count', '10', '--concurrency', '3'], 3],
])('send has %s under way at once', async (_, args, wanted) => {
  expect(await mostAtOnce(args, wanted)).toBe(wanted);
});
