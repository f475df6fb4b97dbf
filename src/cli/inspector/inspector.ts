import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { toSavedLine } from '../captured/parse-captured';
import type { BodyWork } from './body-work';
import { answerCheck } from './check-payload';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';
import { diffAttempts } from './diff-attempts';
import { EventStreams } from './event-streams';
import { explainDelivery } from './explain-delivery';
import { guardHeaders, isToken, whyRefused } from './guard';
import type { PageFile } from './page-files';
import { replay } from './replay';
import { send, sendJson, sendText } from './replies';
import { searchDeliveries } from './search-deliveries';
import { sendExample } from './send-example';
import { toCurl } from './to-curl';
import type { InspectorState } from './wire';

export interface InspectorOptions {
  readonly log: DeliveryLog;
  /** The beginning of every path. */
  readonly token: string;
  readonly page: ReadonlyMap<string, PageFile>;
  readonly secret: string | undefined;
  readonly work: BodyWork;
  /** The address that deliveries are sent to. */
  readonly receiver: string;
  readonly forward: string | undefined;
  /** The inspector's own port, known once it listens. */
  readonly port: () => number;
}

/** A request that passed the guard. */
interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Below the token. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Serves the page and its data, to requests that pass the guard and hold the token. */
export function createInspector(options: InspectorOptions): RequestListener {
  const streams = new EventStreams(options.log);
  return (request, response) => {
    for (const [name, value] of Object.entries(guardHeaders)) response.setHeader(name, value);
    const { method = '', url = '/' } = request;
    const [, token = '', path] = /^\/([^/?]*)(?:\/([^?]*))?/.exec(url) ?? [];
    const refusal = whyRefused(request, options.port()) ?? (isToken(token, options.token) ? undefined : withoutToken);
    if (refusal !== undefined) sendText(response, 403, `${refusal}\n`);
    else if (method !== 'GET' && method !== 'POST') sendText(response, 405, 'Only GET and POST are answered.\n');
    // Without the slash, relative addresses in the page would lack the token.
    else if (path === undefined) response.writeHead(308, { location: `/${token}/` }).end();
    else answerSafely({ request, response, path, query: queryOf(url) }, options, streams);
  };
}

const withoutToken = 'Open the address that listen printed, with its token.';

function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

/** An error here must not end `listen`. */
function answerSafely(asked: Asked, options: InspectorOptions, streams: EventStreams): void {
  try {
    answer(asked, options, streams);
  } catch {
    sendText(asked.response, 500, 'The inspector could not answer.\n');
  }
}

function answer(asked: Asked, options: InspectorOptions, streams: EventStreams): void {
  const { request, response, path, query } = asked;
  const [, id, rest = ''] = /^api\/deliveries\/(\d{1,15})(?:\/(\w+))?$/.exec(path) ?? [];
  if (id !== undefined) {
    const logged = options.log.get(Number(id));
    if (logged === undefined) sendText(response, 404, notHeld);
    else answerAbout(logged, `${request.method} ${rest}`, asked, options);
    return;
  }
  const file = options.page.get(path);
  const gone = (): void => void response.destroy();
  // They reject when the page goes away meanwhile.
  if (request.method === 'POST' && path === 'api/example') sendExample(request, response, options).catch(gone);
  else if (request.method === 'POST' && path === 'api/check')
    answerCheck(request, response, options.work.check).catch(gone);
  else if (request.method !== 'GET') sendText(response, 404, nothing);
  else if (file !== undefined) send(response, 200, file.bytes, file.contentType);
  else if (path === 'api/state') sendJson(response, 200, stateOf(options));
  else if (path === 'api/search') answerSearch(response, options.log, query.get('text') ?? '').catch(gone);
  else if (path === 'api/events') streams.serve(request, response, Number(query.get('after')) || 0);
  else sendText(response, 404, nothing);
}

async function answerSearch(response: ServerResponse, log: DeliveryLog, text: string): Promise<void> {
  sendJson(response, 200, await searchDeliveries(log, text));
}

const notHeld = 'This delivery is not held any more.\n';
const nothing = 'There is nothing here.\n';

function answerAbout(
  logged: LoggedDelivery,
  route: string,
  { request, response, query }: Asked,
  options: InspectorOptions,
): void {
  const { log, forward, receiver } = options;
  const gone = (): void => void response.destroy();
  if (route === 'GET ') answerDetail(response, logged, options, query.has('all')).catch(gone);
  else if (route === 'GET body') sendBody(response, logged.request.body);
  else if (route === 'GET saved') sendText(response, 200, `${toSavedLine(logged.request)}\n`);
  else if (route === 'GET curl') sendText(response, 200, `${toCurl(logged.request, forward ?? receiver)}\n`);
  else if (route === 'GET diff') answerDiff(response, logged, log.get(Number(query.get('with'))));
  // It rejects when the page goes away meanwhile.
  else if (route === 'POST replay') replay(request, response, logged, options).catch(gone);
  else sendText(response, 404, nothing);
}

async function answerDetail(
  response: ServerResponse,
  logged: LoggedDelivery,
  { log, secret, work }: InspectorOptions,
  all: boolean,
): Promise<void> {
  sendJson(response, 200, await explainDelivery(logged, { log, secret, work, all }));
}

/** Only the page shows it. Its address, opened by itself, downloads a file. */
function sendBody(response: ServerResponse, body: Buffer): void {
  response.setHeader('content-disposition', 'attachment');
  send(response, 200, body, 'application/octet-stream');
}

function answerDiff(response: ServerResponse, logged: LoggedDelivery, other: LoggedDelivery | undefined): void {
  if (other === undefined) sendText(response, 404, notHeld);
  else sendJson(response, 200, diffAttempts(other, logged));
}

function stateOf({ log, receiver, forward, secret }: InspectorOptions): InspectorState {
  return {
    run: log.run,
    receiver,
    ...(forward !== undefined && { forward }),
    checksSignatures: secret !== undefined,
    mostDeliveries: log.mostDeliveries,
    deliveries: Array.from(log.after(0), ({ summary }) => summary),
    oldest: log.oldest,
  };
}
