import { type ClientRequest, Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { readAnswer } from './read-answer';
import type { Answer } from './tally';

/** Bytes to post, and the headers that go with them. */
export interface Posted {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface PosterOptions {
  readonly url: URL;
  /** How many connections may be open at once, from 1. */
  readonly concurrency: number;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Breaks off what runs. */
  readonly until: AbortSignal;
}

/** Posts to one address, over connections that are kept. */
export interface Poster {
  /** Never rejects. `undefined` for what was broken off: nobody knows what became of it. */
  post(posted: Posted): Promise<Answer | undefined>;
  close(): void;
}

export function posterTo({ url, concurrency, timeoutMs, until }: PosterOptions): Poster {
  const isSecure = url.protocol === 'https:';
  const settings = { keepAlive: true, maxSockets: concurrency };
  const agent = isSecure ? new HttpsAgent(settings) : new HttpAgent(settings);
  const request = isSecure ? requestHttps : requestHttp;
  const running = new Set<ClientRequest>();
  const breakOff = (): void => {
    for (const sent of running) sent.destroy();
  };
  until.addEventListener('abort', breakOff, { once: true });

  async function post(posted: Posted): Promise<Answer | undefined> {
    if (until.aborted) return undefined;
    const startedAt = performance.now();
    try {
      const { status, outcome, detail } = await once(posted);
      return {
        status,
        ms: performance.now() - startedAt,
        ...(outcome !== undefined && { outcome }),
        ...(detail !== undefined && { detail }),
      };
    } catch (error) {
      if (until.aborted) return undefined;
      return { error: describe(error as NodeJS.ErrnoException, url, timeoutMs), ms: performance.now() - startedAt };
    }
  }

  function once({ headers, body }: Posted): Promise<Awaited<ReturnType<typeof readAnswer>>> {
    return new Promise((resolve, reject) => {
      const sent = request(url, {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': String(body.length) },
      });
      running.add(sent);
      const timer = setTimeout(() => sent.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })), timeoutMs);
      sent.once('close', () => {
        clearTimeout(timer);
        running.delete(sent);
      });
      sent.on('error', (error) => {
        // A server may close a kept connection in the moment that we use it; what was sent so, it never read.
        if (sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET' && !until.aborted)
          resolve(once({ headers, body }));
        else reject(error);
      });
      sent.once('response', (response) => void readAnswer(response).then(resolve, reject));
      sent.end(body);
    });
  }

  return {
    post,
    close() {
      until.removeEventListener('abort', breakOff);
      agent.destroy();
    },
  };
}

/** What to do about an answer that did not come. */
function describe({ code, message }: NodeJS.ErrnoException, { host, hostname }: URL, timeoutMs: number): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${host}: is the receiver running?`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${host} closed the connection without an answer`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `there is no host ${hostname}`;
    case 'ETIMEDOUT':
      return `${host} did not answer within ${timeoutMs / 1000} s`;
    default:
      return code ?? message;
  }
}
