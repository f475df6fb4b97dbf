import type { ServerResponse } from 'node:http';
import { Settled } from '../../foundations/delivery';
import { responseTo } from '../../foundations/response';
import type { Verdict } from './judge';
import { send } from './replies';
import type { AppAnswer } from './wire';
import { wrongPath } from './wrong-path';

/** The answer for an app that gave none. It makes the sender repeat. */
export const badGateway = 502;

/** Answers as a receiver of this package does. */
export function answerVerdict(response: ServerResponse, { outcome, schemaError }: Verdict): void {
  const { status, headers, body } = responseTo(new Settled(outcome, schemaError && { schemaError }));
  response.writeHead(status, headers).end(body);
}

/** Answers as the app has answered. */
export function answerAsApp(response: ServerResponse, { status, text = '', contentType }: AppAnswer): void {
  if (status === undefined) answerProblem(response, badGateway, 'The app gave no answer; listen says why');
  else response.writeHead(status, contentType === undefined ? {} : { 'content-type': contentType }).end(text);
}

export function answerWrongPath(response: ServerResponse, path: string): void {
  answerProblem(response, wrongPath.status, `Deliveries are received at ${path}`);
}

/** `send` shows the title of a problem. */
function answerProblem(response: ServerResponse, status: number, title: string): void {
  send(response, status, JSON.stringify({ title, status }), 'application/problem+json');
}

/** Answers nothing for a time. Whoever still waits then is told that it took too long. */
export function hold(response: ServerResponse, ms: number): void {
  const timer = setTimeout(() => {
    const { status, headers, body } = responseTo(new Settled('timeout'));
    response.writeHead(status, headers).end(body);
  }, ms).unref();
  response.once('close', () => clearTimeout(timer));
}
