import type { CapturedRequest } from '../captured/captured-request';
import { headersToSend } from '../sending/headers-to-send';
import { posterTo } from '../sending/poster';
import { readAnswer } from '../sending/read-answer';
import { withoutCredentials } from '../without-credentials';
import { tenths } from './timeline';
import type { AppAnswer } from './wire';

/** Sends a request's method, bytes and headers to an app. Never rejects, and follows no redirect. */
export async function sendOn(request: CapturedRequest, url: URL, timeoutMs: number): Promise<AppAnswer> {
  // No connection is kept: an app that restarts closes them all.
  const poster = posterTo({ url, peer: 'app', timeoutMs });
  const { method, body } = request;
  const { error, ms, times, location, ...answer } = await poster.post({
    method,
    headers: headersToSend(request),
    body,
  });
  const { outcome, detail } = readAnswer({ ...answer, ms, ...(location !== undefined && { location }) });
  const words = { ...(outcome !== undefined && { outcome }), ...(detail !== undefined && { detail }) };
  return {
    url: withoutCredentials(url.href),
    ms: Math.round(ms),
    ...(times && { times: rounded(times) }),
    ...answer,
    ...words,
    ...(error !== undefined && { error: toSentence(error) }),
  };
}

type AnswerTimes = NonNullable<AppAnswer['times']>;

function rounded({ connecting, waiting, reading }: AnswerTimes): AnswerTimes {
  return { connecting: tenths(connecting), waiting: tenths(waiting), reading: tenths(reading) };
}

function toSentence(phrase: string): string {
  const sentence = `${phrase.slice(0, 1).toUpperCase()}${phrase.slice(1)}`;
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}
