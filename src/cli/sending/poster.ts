import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { readAtMost } from '../read-at-most';
import { BrokenAnswer, whyNoAnswer } from './why-no-answer';

/** Bytes to post, with their headers. */
export interface Posted {
  /** @default 'POST' */
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The answer to a request, or why there is none. */
export interface Reply {
  /** HTTP status; absent if no answer came. */
  readonly status?: number;
  readonly contentType?: string;
  /** Where a redirect leads. */
  readonly location?: string;
  /** The beginning of the answer's text. */
  readonly text?: string;
  /** Why no answer came. */
  readonly error?: string;
  /** From the first byte sent to the last one received, in milliseconds. */
  readonly ms: number;
  /** The parts of it: until there was a connection, until the answer began, until it was read. Absent if none came. */
  readonly times?: { readonly connecting: number; readonly waiting: number; readonly reading: number };
}

export interface PosterOptions {
  readonly url: URL;
  /** What should listen there, for messages. */
  readonly peer: 'receiver' | 'app';
  /** How many connections are kept open and used again, from 1. @default each request has a connection of its own */
  readonly connections?: number;
  /** Whether any certificate is accepted. @default false */
  readonly insecure?: boolean | undefined;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Breaks off running requests. @default never */
  readonly until?: AbortSignal;
}

/** Posts to one address. Follows no redirect. */
export interface Poster {
  /** Never rejects. */
  post(posted: Posted): Promise<Reply>;
  close(): void;
}

/** How much of an answer is read, in bytes. */
const mostRead = 64 * 1024;

export function posterTo({ url, peer, connections, insecure = false, timeoutMs, until }: PosterOptions): Poster {
  const isSecure = url.protocol === 'https:';
  const request = isSecure ? requestHttps : requestHttp;
  const agent = connections === undefined ? false : keptConnections(isSecure, connections);
  const running = new Set<ClientRequest>();
  function breakOff(): void {
    for (const sent of running) sent.destroy();
  }
  until?.addEventListener('abort', breakOff, { once: true });

  async function post(posted: Posted): Promise<Reply> {
    if (until?.aborted) return { error: 'broken off', ms: 0 };
    const startedAt = performance.now();
    try {
      const answer = await once(posted);
      return { ...answer, ms: performance.now() - startedAt };
    } catch (error) {
      const why = whyNoAnswer(error as NodeJS.ErrnoException, { url, peer, timeoutMs });
      return { error: why, ms: performance.now() - startedAt };
    }
  }

  function once({ method = 'POST', headers, body }: Posted): Promise<Omit<Reply, 'ms'>> {
    return new Promise((resolve, reject) => {
      const sent = request(url, {
        method,
        agent,
        ...(isSecure && { rejectUnauthorized: !insecure }),
        headers: { ...headers, 'content-length': String(body.length) },
      });
      running.add(sent);
      const startedAt = performance.now();
      let connectedAt = startedAt;
      sent.once('socket', (socket) => {
        if (!socket.connecting) return;
        socket.once(isSecure ? 'secureConnect' : 'connect', () => (connectedAt = performance.now()));
      });
      let isLate = false;
      let status: number | undefined;
      const timer = setTimeout(() => {
        isLate = true;
        sent.destroy();
      }, timeoutMs);
      function fail(error: Error): void {
        reject(isLate || status !== undefined ? new BrokenAnswer(isLate, status) : error);
      }
      sent.once('close', () => {
        clearTimeout(timer);
        running.delete(sent);
      });
      sent.on('error', (error) => {
        // A server may close a kept connection just as we use it. It has read nothing of this request.
        const wasClosed = sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        if (wasClosed && !isLate && !until?.aborted) resolve(once({ method, headers, body }));
        else fail(error);
      });
      // It is no answer to a delivery. Node leaves its connection to us.
      sent.once('upgrade', (response: IncomingMessage, socket) => {
        socket.destroy();
        resolve({ status: response.statusCode ?? 0 });
      });
      sent.once('response', (response) => {
        status = response.statusCode;
        const answeredAt = performance.now();
        const times = { connecting: connectedAt - startedAt, waiting: answeredAt - connectedAt };
        readReply(response).then(
          (reply) => resolve({ ...reply, times: { ...times, reading: performance.now() - answeredAt } }),
          fail,
        );
      });
      sent.end(body);
    });
  }

  return {
    post,
    close() {
      until?.removeEventListener('abort', breakOff);
      if (agent !== false) agent.destroy();
    },
  };
}

function keptConnections(isSecure: boolean, maxSockets: number): HttpAgent | HttpsAgent {
  const settings = { keepAlive: true, maxSockets };
  return isSecure ? new HttpsAgent(settings) : new HttpAgent(settings);
}

async function readReply(response: IncomingMessage): Promise<Omit<Reply, 'ms'>> {
  const { bytes, isWhole } = await readAtMost(response, mostRead);
  // The rest may be endless. Its connection cannot be used again.
  if (!isWhole) response.destroy();
  const { statusCode: status = 0, headers } = response;
  const { 'content-type': contentType, location } = headers;
  return {
    status,
    text: bytes.toString('utf8'),
    ...(contentType !== undefined && { contentType }),
    ...(location !== undefined && { location }),
  };
}
