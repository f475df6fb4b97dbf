import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';
import type { NewDelivery } from './wire';

/** Pages that are open at once; another is told to try again. */
const mostStreams = 20;

/** What a page may leave unread, in bytes, before it is cut off: it then comes back for what it missed. */
const mostUnread = 8 * 1024 * 1024;

const heartbeatMs = 15_000;

/** Tells pages of deliveries as they come (server-sent events). */
export class EventStreams {
  readonly #log: DeliveryLog;
  #open = 0;

  constructor(log: DeliveryLog) {
    this.#log = log;
  }

  /**
   * Answers with all that came after the delivery that the page saw last: the one that its browser names after a lost
   * connection, else `after`.
   */
  serve(request: IncomingMessage, response: ServerResponse, after: number): void {
    if (this.#open === mostStreams) {
      response.writeHead(503, { 'retry-after': '5' }).end();
      return;
    }
    this.#open += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write('retry: 1000\n\n');
    const send = (logged: LoggedDelivery): void => {
      response.write(toMessage(logged, this.#log.oldest));
      if (response.writableLength > mostUnread) response.destroy();
    };
    for (const logged of this.#log.after(lastSeen(request) ?? after)) send(logged);
    const unsubscribe = this.#log.subscribe(send);
    // A connection that is gone without a word shows when it is written to.
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
