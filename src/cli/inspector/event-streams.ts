import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';
import type { NewDelivery } from './wire';

/** How many pages may be open at once. Another one tries again until a place is free. */
const mostStreams = 20;
const tryAgainMs = 5000;

/** How much a page may leave unread, in bytes. Beyond it the page is cut off, and asks again for what it missed. */
const mostUnread = 8 * 1024 * 1024;

const heartbeatMs = 15_000;

/** Names no run: the page loads all again. */
const anotherRun = 'another';

/** Sends deliveries to pages as they come (server-sent events). */
export class EventStreams {
  readonly #log: DeliveryLog;
  #open = 0;

  constructor(log: DeliveryLog) {
    this.#log = log;
  }

  /**
   * Answers with all deliveries after the last one that the page saw. After a lost connection, the browser names it;
   * otherwise it is `after`.
   */
  serve(request: IncomingMessage, response: ServerResponse, after: number): void {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    if (this.#open === mostStreams) {
      // After a stream that ends, a browser asks again; after an error status, never.
      response.end(`retry: ${tryAgainMs}\n\n`);
      return;
    }
    this.#open += 1;
    const seen = lastSeen(request) ?? after;
    // In a file that was emptied, ids begin anew, and the page has seen higher ones.
    const run = seen > this.#log.latest ? anotherRun : this.#log.run;
    response.write(`retry: 1000\nevent: run\ndata: ${run}\n\n`);
    const send = (logged: LoggedDelivery): void => {
      response.write(toMessage(logged, this.#log.oldest));
      if (response.writableLength > mostUnread) response.destroy();
    };
    for (const logged of this.#log.after(seen)) send(logged);
    const unsubscribe = this.#log.subscribe(send);
    // Only a write shows that a connection is gone.
    const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs).unref();
    response.on('close', () => {
      unsubscribe();
      clearInterval(heartbeat);
      this.#open -= 1;
    });
  }
}

function lastSeen(request: IncomingMessage): number | undefined {
  const id = request.headers['last-event-id'];
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

function toMessage({ summary }: LoggedDelivery, oldest: number): string {
  const data: NewDelivery = { delivery: summary, oldest };
  return `id: ${summary.id}\nevent: delivery\ndata: ${JSON.stringify(data)}\n\n`;
}
