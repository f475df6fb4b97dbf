import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { noting } from './serve';

// Requests and responses that are not Node's own, as test doubles and serverless adapters make them.

/** Only what every one of them has. */
function response() {
  let finish: (reply: { status: number; body: string }) => void = () => {};
  const answered = new Promise<{ status: number; body: string }>((resolve) => {
    finish = resolve;
  });
  let written = 0;
  const made = {
    writeHead(status: number) {
      written = status;
    },
    end: (body: string) => finish({ status: written, body }),
  };
  return { response: made as unknown as ServerResponse, answered };
}

/** The shape of node-mocks-http's: an emitter and no stream, with `{}` as its body. */
export function emitter(fields: object): IncomingMessage {
  const made = { method: 'POST', url: '/', originalUrl: '/', params: {}, body: {}, socket: {}, ...fields };
  return Object.assign(Object.create(EventEmitter.prototype) as EventEmitter, made) as unknown as IncomingMessage;
}

export function answerTo(router: ReturnType<typeof noting>['webhooks']['router'], request: unknown) {
  const { response: made, answered } = response();
  router(request as IncomingMessage, made, () => {
    throw new Error('passed on');
  });
  return answered;
}
