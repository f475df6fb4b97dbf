import { fieldsOf } from '../../foundations/fields-of';
import { textOf } from '../../foundations/text-of';
import { jsonIn } from '../json-in';
import type { CapturedRequest } from './captured-request';
import { joinHeaders } from './join-headers';

/**
 * The POST requests of a HAR file (http://www.softwareishard.com/blog/har-12-spec/), which browsers and tunnels save.
 * `undefined` if the text is no HAR file.
 */
export function parseHar(text: string): CapturedRequest[] | undefined {
  const { log } = fieldsOf(jsonIn(text)?.value);
  const { entries } = fieldsOf(log);
  if (!Array.isArray(entries)) return undefined;
  return entries.map(fieldsOf).flatMap((entry) => {
    const request = fieldsOf(entry['request']);
    return textOf(request['method']).toUpperCase() === 'POST' ? [toCaptured(request, entry)] : [];
  });
}

type Fields = ReturnType<typeof fieldsOf>;

function toCaptured(request: Fields, { startedDateTime, response }: Fields): CapturedRequest {
  const { text, encoding } = fieldsOf(request['postData']);
  const headers = Array.isArray(request['headers']) ? request['headers'].map(fieldsOf) : [];
  const receivedAt = Date.parse(textOf(startedDateTime));
  const { status } = fieldsOf(response);
  return {
    method: 'POST',
    url: textOf(request['url']),
    // HTTP/2 has pseudo-headers such as :path. No receiver sees them.
    headers: joinHeaders(
      headers
        .map(({ name, value }) => [textOf(name), textOf(value)] as const)
        .filter(([name]) => name !== '' && !name.startsWith(':')),
    ),
    body: Buffer.from(textOf(text), encoding === 'base64' ? 'base64' : 'utf8'),
    receivedAt: Number.isNaN(receivedAt) ? undefined : receivedAt,
    ...(typeof status === 'number' && status > 0 && { answer: { status } }),
  };
}
