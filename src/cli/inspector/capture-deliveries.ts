import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { CapturedRequest } from '../captured/captured-request';
import { deliveryPath } from '../default-address';
import { isAccepted } from '../is-accepted';
import { readAtMost } from '../read-at-most';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';
import { type Judge, mostBytes, type Verdict } from './judge';
import { sendOn } from './send-on';
import type { AppAnswer } from './wire';

/** How long the app may take, in milliseconds: the default of the option `timeoutMs`. */
const appTimeoutMs = 9000;

/** The answer for an app that gave none. It makes the sender repeat. */
const badGateway = 502;

export interface CaptureOptions {
  readonly judge: Judge;
  readonly log: DeliveryLog;
  /** An app to send each delivery on to. The sender gets the app's answer. @default none */
  readonly forward: URL | undefined;
}

/** Takes deliveries, logs them, and answers. Refused ones are logged too. */
export function captureDeliveries(options: CaptureOptions): RequestListener {
  return (request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== deliveryPath && path !== `${deliveryPath}/`) {
      answer(response, 404, `Deliveries are received at ${deliveryPath}.\n`, 'text/plain');
      return;
    }
    // The sender went away during the upload: nobody waits for an answer.
    capture(request, response, options).catch(() => response.destroy());
  };
}

async function capture(request: IncomingMessage, response: ServerResponse, options: CaptureOptions): Promise<void> {
  const { bytes, isWhole } = await readAtMost(request, mostBytes);
  const receivedAt = Date.now();
  const startedAt = performance.now();
  const captured = toCaptured(request, isWhole ? bytes : Buffer.alloc(0), receivedAt);
  const verdict = await options.judge(captured, isWhole);
  const app = options.forward && isWhole ? await sendOn(captured, options.forward, appTimeoutMs) : undefined;
  const { summary } = record(captured, verdict, app, Math.round(performance.now() - startedAt), options.log);
  if (!isWhole) response.setHeader('connection', 'close');
  if (app?.status === undefined) answer(response, summary.status, bodyOf(summary), 'application/json');
  else answer(response, app.status, app.text ?? '', app.contentType);
}

function record(
  request: CapturedRequest,
  verdict: Verdict,
  app: AppAnswer | undefined,
  ms: number,
  log: DeliveryLog,
): LoggedDelivery {
  const { event, key, reason } = verdict;
  const status = app === undefined ? verdict.status : (app.status ?? badGateway);
  const appFailed = isAccepted(verdict.status) && !isAccepted(status);
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

/** Header names in lower case; repeated headers are joined, as a receiver sees them. */
function toCaptured(request: IncomingMessage, body: Buffer, receivedAt: number): CapturedRequest {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value = '']) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
  return { method: request.method ?? 'POST', url: request.url ?? deliveryPath, headers, body, receivedAt };
}

function bodyOf({ outcome, status }: { readonly outcome: string; readonly status: number }): string {
  return JSON.stringify(isAccepted(status) ? { status: outcome } : { status, outcome });
}

function answer(response: ServerResponse, status: number, text: string, contentType: string | undefined): void {
  response.writeHead(status, contentType === undefined ? {} : { 'content-type': contentType });
  response.end(text);
}
