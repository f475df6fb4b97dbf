import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Settled } from '../foundations/delivery';
import { atEndOfTurn } from '../foundations/real-timers';
import { Chunks } from './chunks';
import { type ReadOptions, readStream } from './read-stream';
import { headersOf } from './request-headers';
import { copyTo } from './stand-in';

/**
 * Reads a request whose stream has ended. Some platforms read it and put the bytes back: `on` and `read` are then those
 * of another stream. If nothing comes of it in this turn, nothing was put back.
 */
export function readPutBack(
  request: IncomingMessage,
  options: ReadOptions,
  done: (result: Buffer | Settled) => void,
  otherwise: () => Settled,
): void {
  if (!Object.hasOwn(request, 'on') || !Object.hasOwn(request, 'read')) {
    done(otherwise());
    return;
  }
  const copy = new Readable({ read() {} });
  copyTo(copy, request);
  atEndOfTurn(() => {
    const refused = copy.readableLength === 0 ? otherwise() : options.refuseUnsigned(headersOf(request));
    if (refused !== undefined) done(refused);
    else readStream(copy as IncomingMessage, options, new Chunks(), done);
  });
}
