import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { CapturedRequest } from '../captured/captured-request';
import { headersToSend } from '../sending/target';
import type { AppAnswer } from './wire';

/** What an app may answer, in bytes, before the rest is left unread. */
const mostBytes = 64 * 1024;

/** Sends a request's bytes and headers to an app. Never rejects, and follows no redirect. */
export function sendOn(request: CapturedRequest, url: URL, timeoutMs: number): Promise<AppAnswer> {
  const startedAt = performance.now();
  const spent = () => Math.round(performance.now() - startedAt);
  return new Promise((resolve) => {
    const fail = (error: unknown) =>
      resolve({ url: url.href, ms: spent(), error: describe(error as Error & { code?: string }, url) });
    try {
      const send = url.protocol === 'https:' ? requestHttps : requestHttp;
      const headers = { ...headersToSend(request), 'content-length': String(request.body.length) };
      // A connection of its own: an app that was just restarted has closed those that were kept.
      const options = { method: 'POST', headers, agent: false, signal: AbortSignal.timeout(timeoutMs) };
      const sent = send(url, options, (answer) => {
        readText(answer).then((text) => {
          const { statusCode: status = 0, headers } = answer;
          const contentType = headers['content-type'];
          resolve({ url: url.href, ms: spent(), status, text, ...(contentType !== undefined && { contentType }) });
        }, fail);
      });
      sent.on('error', fail);
      sent.end(request.body);
    } catch (error) {
      fail(error);
    }
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= mostBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8');
}

function describe({ name, message, code }: Error & { code?: string }, url: URL): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `Nothing listens at ${url.host}: is the app running?`;
    case 'ECONNRESET':
      return `${url.host} closed the connection without an answer.`;
    case 'ENOTFOUND':
      return `There is no host ${url.hostname}.`;
    default:
      return name === 'AbortError' || name === 'TimeoutError' ? `${url.host} did not answer in time.` : message;
  }
}
