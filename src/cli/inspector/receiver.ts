import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { CapturedRequest } from '../captured/captured-request';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';
import type { Judge, Verdict } from './judge';
import { readAtMost } from './read-at-most';
import { sendOn } from './send-on';
import type { AppAnswer } from './wire';

/** Where deliveries are received. */
export const receiverPath = '/webhooks/bigmind';

/** As the default of the receiver's `limit`, in bytes. */
const mostBytes = 5 * 1024 * 1024;

/** As long as the receiver's `timeoutMs`, since the sender waits no longer for the app behind us. */
const appTimeoutMs = 9000;

export interface ReceiverOptions {
  readonly judge: Judge;
  readonly log: DeliveryLog;
  /** Where deliveries are sent on to, whose answer is then the answer. */
  readonly forward: URL | undefined;
}

/** Receives deliveries from whatever tunnel there is, and remembers them, refused ones too. */
export function createReceiver(options: ReceiverOptions): RequestListener {
  return (request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== receiverPath && path !== `${receiverPath}/`) {
      answer(response, 404, `Deliveries are received at ${receiverPath}.\n`, 'text/plain');
      return;
    }
    // A sender that goes away in the middle is owed nothing.
    receive(request, response, options).catch(() => response.destroy());
  };
}

async function receive(request: IncomingMessage, response: ServerResponse, options: ReceiverOptions): Promise<void> {
  const body = await readAtMost(request, mostBytes);
  const receivedAt = Date.now();
  const startedAt = performance.now();
  const captured = captureRequest(request, body ?? Buffer.alloc(0), receivedAt);
  const verdict = body === undefined ? tooLarge : await options.judge(captured);
  const app = options.forward && body && (await sendOn(captured, options.forward, appTimeoutMs));
  const { summary } = record(captured, verdict, app, Math.round(performance.now() - startedAt), options.log);
  if (body === undefined) response.setHeader('connection', 'close');
  if (app?.status === undefined) answer(response, summary.status, bodyOf(summary), 'application/json');
  else answer(response, app.status, app.text ?? '', app.contentType);
}

const tooLarge: Verdict = {
  outcome: 'too-large',
  status: 413,
  event: undefined,
  key: undefined,
  reason: `The body is larger than ${mostBytes} bytes.`,
};

function record(
  request: CapturedRequest,
  verdict: Verdict,
  app: AppAnswer | undefined,
  ms: number,
  log: DeliveryLog,
): LoggedDelivery {
  const { event, key, reason } = verdict;
  // An app that is down is answered for with 502, so that the sender repeats.
  const status = app === undefined ? verdict.status : (app.status ?? 502);
  const appFailed = verdict.status === 200 && (status < 200 || status > 299);
  const outcome = appFailed ? 'app-failed' : verdict.outcome;
  const receivedAt = request.receivedAt ?? 0;
  return log.add({
    request,
    key,
    reason: reason ?? (appFailed ? (app?.error ?? `The app answered ${status}.`) : undefined),
    app,
    summary: { receivedAt, ...(event !== undefined && { event }), outcome, status, ms },
  });
}

/** Lower-case names; what came twice is joined, as the receiver itself sees it. */
function captureRequest(request: IncomingMessage, body: Buffer, receivedAt: number): CapturedRequest {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value = '']) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
  return { method: request.method ?? 'POST', url: request.url ?? receiverPath, headers, body, receivedAt };
}

function bodyOf({ outcome, status }: { readonly outcome: string; readonly status: number }): string {
  return JSON.stringify(status === 200 ? { status: outcome } : { status, outcome });
}

function answer(response: ServerResponse, status: number, text: string, contentType: string | undefined): void {
  response.writeHead(status, contentType === undefined ? {} : { 'content-type': contentType });
  response.end(text);
}
