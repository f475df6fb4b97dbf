import type { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { until } from '../deduplication/kit';
import { emitter } from './doubles';
import { noting } from './serve';

// What is read of an upload that was answered before its end.

/** An upload without a signature, which the router refuses at once, and what it writes and asks for. */
function refused() {
  const seen: unknown[] = [];
  const request = emitter({
    headers: { 'content-length': '1000000' },
    complete: false,
    readableEnded: false,
    httpVersionMajor: 1,
    pause: () => seen.push('pause'),
    resume: () => seen.push('resume'),
  });
  const response = {
    writeHead: (status: number, headers: Record<string, unknown>) => seen.push(status, headers['connection']),
    write: () => seen.push('body'),
    end: () => seen.push('end'),
  };
  noting().webhooks.router(request, response as unknown as ServerResponse);
  expect(seen).toEqual([401, 'close', 'body', 'resume']);
  seen.splice(0);
  return { request, seen, chunk: (bytes: number) => request.emit('data', Buffer.alloc(bytes)) };
}

const listeners = (request: EventEmitter) => ['data', 'end', 'close'].map((name) => request.listenerCount(name));

test('in crumbs, a thousand are read, and no more', () => {
  const { request, seen, chunk } = refused();
  for (let count = 0; count < 999; count += 1) chunk(1);
  expect(seen).toStrictEqual([]);
  chunk(1);
  expect(seen).toEqual(['end']);
  expect(listeners(request)).toEqual([0, 0, 0]);
});

test('in chunks of 255 bytes it is in crumbs, in chunks of 256 it is not', () => {
  const [short, long] = [refused(), refused()];
  for (let count = 0; count < 1000; count += 1) {
    short.chunk(255);
    long.chunk(256);
  }
  expect([short.seen.at(-1), new Set(long.seen)]).toEqual(['end', new Set(['pause'])]);
});

test('64 KiB are read, and what is longer is paused, until its sender ends', () => {
  const { request, seen, chunk } = refused();
  for (let count = 0; count < 4; count += 1) chunk(16 * 1024);
  expect(seen).toStrictEqual([]);
  chunk(1);
  expect(seen).toEqual(['pause']);
  request.emit('end');
  expect(seen).toEqual(['pause', 'end']);
  expect(listeners(request)).toEqual([0, 0, 0]);
});

test.each(['end', 'close'])('at its %s the answer ends, once', (name) => {
  const { request, seen } = refused();
  request.emit(name);
  request.emit('close');
  expect(seen).toEqual(['end']);
});

test('after half a second the answer ends, and not again where it had ended', async () => {
  const [ended, open] = [refused(), refused()];
  ended.request.emit('end');
  const begun = performance.now();
  await until(() => open.seen.length > 0);
  expect(performance.now() - begun).toBeGreaterThan(400);
  expect([ended.seen, open.seen]).toEqual([['end'], ['end']]);
  expect(listeners(open.request)).toEqual([0, 0, 0]);
});
