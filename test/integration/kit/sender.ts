import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { examplePayload, type SignedDelivery, signDelivery } from '../../../src/testing/index';

export const secret = 'the secret of the integration tests';
export const path = '/webhooks/bigmind';

export interface Reply {
  /** `undefined` where the connection ended without an answer. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const noAnswer: Reply = { status: undefined, headers: {}, body: '' };
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** A note that no other delivery is about. */
export function signedNote(id: string): SignedDelivery {
  return signDelivery({ payload: examplePayload('notes_created', { data: { note_id: id } }), secret });
}

/** Sends a delivery to a receiver on this machine, once. */
export function post(port: number, { headers, body }: SignedDelivery, timeoutMs = 15_000): Promise<Reply> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, method: 'POST', agent, timeout: timeoutMs };
    const sent = request({ ...options, headers: { ...headers, 'content-length': Buffer.byteLength(body) } });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() });
      });
      response.on('error', () => resolve(noAnswer));
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(noAnswer));
    sent.end(body);
  });
}

/** What became of a delivery that was acknowledged; the problem's code of one that was not. */
export function outcomeOf({ body }: Reply): string | undefined {
  if (body === '') return undefined;
  const { status, code } = JSON.parse(body) as { status: string | number; code?: string };
  return code ?? String(status);
}

/** Lets go of kept connections. */
export function closeConnections(): void {
  agent.destroy();
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
