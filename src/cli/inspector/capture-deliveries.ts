import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { defaultLimits } from '../../foundations/default-limits';
import { plainHeaders } from '../../foundations/plain-headers';
import type { CapturedRequest } from '../captured/captured-request';
import { readAtMost } from '../read-at-most';
import { answerAsApp, answerVerdict, answerWrongPath, hold } from './answers';
import type { DeliveryLog } from './delivery-log';
import { type Judge, mostBytes, type Verdict } from './judge';
import { forwardTarget, type Place, placeOf } from './place';
import { recordOf } from './record';
import { sendOn } from './send-on';
import { Timeline } from './timeline';
import { heldMs, type ToldAnswer } from './told-answer';
import type { AppAnswer } from './wire';
import { whyWrongPath } from './wrong-path';

/** How long the app may take, in milliseconds: the default of the option `timeoutMs`. */
const appTimeoutMs: number = defaultLimits.timeoutMs;

export interface CaptureOptions {
  readonly judge: Judge;
  readonly log: DeliveryLog;
  /** The path that deliveries are sent to. */
  readonly path: string;
  /** An app to send each delivery on to. The sender gets the app's answer. @default none */
  readonly forward: URL | undefined;
  /** Names of events. Deliveries of others are answered, and not logged. @default all */
  readonly events?: ReadonlySet<string> | undefined;
  /** The answer to correct deliveries. @default as a receiver answers */
  readonly answer?: ToldAnswer | undefined;
}

/** Takes every request, logs it, and answers. Refused requests, and those that are no deliveries, are logged too. */
export function captureDeliveries(options: CaptureOptions): RequestListener {
  return (request, response) => {
    // The sender went away during the upload: nobody waits for an answer.
    capture(request, response, options).catch(() => response.destroy());
  };
}

async function capture(request: IncomingMessage, response: ServerResponse, options: CaptureOptions): Promise<void> {
  const { log, path, events, answer } = options;
  const timeline = new Timeline();
  const { bytes, isWhole } = await readAtMost(request, mostBytes);
  const startedAt = performance.now();
  timeline.mark('received');
  const captured = toCaptured(request, isWhole ? bytes : Buffer.alloc(0), Date.now());
  const place = placeOf(captured.url, path);
  const verdict = await options.judge(captured, isWhole, timeline.mark);
  if (!isWhole) response.setHeader('connection', 'close');
  if (events !== undefined && verdict.event !== undefined && !events.has(verdict.event)) {
    answerVerdict(response, verdict);
    return;
  }
  const { target, stray } = wayOf(place, captured, verdict, options);
  const app = target && isWhole ? await sendOnTimed(captured, target, timeline) : undefined;
  const ms = Math.round(performance.now() - startedAt);
  const record = recordOf({ request: captured, place, verdict, app, stray, told: answer, ms });
  if (record.summary.outcome !== 'timeout') timeline.mark('answered');
  const { summary } = log.add({ ...record, steps: timeline.steps });
  if (app !== undefined) answerAsApp(response, app);
  else if (stray !== undefined) answerWrongPath(response, path);
  else if (summary.outcome === 'timeout') hold(response, heldMs);
  else answerVerdict(response, { ...verdict, outcome: summary.outcome as Verdict['outcome'] });
}

/** The app's answer. It leaves a mark only if it came. */
async function sendOnTimed(request: CapturedRequest, target: URL, { mark }: Timeline): Promise<AppAnswer> {
  mark('sent-on');
  const app = await sendOn(request, target, appTimeoutMs);
  if (app.status !== undefined) mark('app-answered');
  return app;
}

/** The app's address that a request goes on to; or why it is no delivery. */
function wayOf(
  place: Place,
  request: CapturedRequest,
  verdict: Verdict,
  { forward, path }: CaptureOptions,
): { readonly target?: URL | undefined; readonly stray?: string } {
  const target = forward && forwardTarget(forward, place);
  if (target !== undefined || place.below === '') return { target };
  return { stray: whyWrongPath(request, place, verdict, path) };
}

function toCaptured(request: IncomingMessage, body: Buffer, receivedAt: number): CapturedRequest {
  const headers = plainHeaders(request.headers);
  return { method: request.method ?? 'POST', url: request.url ?? '/', headers, body, receivedAt };
}
