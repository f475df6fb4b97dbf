import type { IncomingMessage } from 'node:http';
import { afterMs, atEndOfTurn } from '../foundations/real-timers';

/** Node takes one new connection in a turn of the event loop: between two long turns there must be many short ones. */
const restMs = 10;

/**
 * Reads bodies in crumbs one after the other: Node reads the socket of one of them, once, and then serves everybody else
 * for a moment. By itself it reads all that are ready, each many times, while everybody else waits.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  /** From now on, Node reads more of the body only in its turn, and only while it is `wanted`. */
  take(request: IncomingMessage, wanted: () => boolean): void {
    // A connection of HTTP/2 carries other requests as well, and has no pause.
    if (request.httpVersionMajor >= 2 || !asksForMore(request)) return;
    const read = request._read.bind(request);
    let waits = false;
    // The stream calls it when it has room for more.
    request._read = (size) => {
      if (waits) return;
      waits = true;
      // Not the request: it would keep an object for each chunk that Node is reading now.
      pauseSocket(request);
      this.#wait(() => {
        waits = false;
        if (wanted()) read(size);
      });
    };
  }

  #wait(read: () => void): void {
    if (this.#waiting.push(read) === 1) this.#rest();
  }

  /** The time begins when Node has read what it was asked for, at the end of this turn. */
  #rest(): void {
    atEndOfTurn(() => void afterMs(restMs, this.#next, { keepsAlive: true }));
  }

  readonly #next = (): void => {
    const read = this.#waiting.shift();
    if (this.#waiting.length > 0) this.#rest();
    read?.();
  };
}

/** A request that is not Node's own may be no `Readable`: it cannot be asked for more. */
function asksForMore({ _read }: { readonly _read?: unknown }): boolean {
  return typeof _read === 'function';
}

/** A request that is not Node's own may have no socket, or one that is none. */
function pauseSocket({ socket }: { readonly socket?: { readonly pause?: () => unknown } }): void {
  if (typeof socket?.pause === 'function') socket.pause();
}
