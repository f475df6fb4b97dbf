import { fieldsOf } from '../../foundations/fields-of';
import { isRecord } from '../../foundations/is-record';
import type { CapturedRequest } from './captured-request';
import { joinHeaders } from './join-headers';

/**
 * A request as an object, `{ method, headers, body }`, as logs and platforms write it (`httpMethod`, `path`,
 * `multiValueHeaders`, `isBase64Encoded` of AWS). A `Buffer` in JSON has the bytes. Any other body that is no text was parsed
 * before: it is written anew, compactly.
 */
export function requestFromObject(value: unknown): CapturedRequest | undefined {
  if (!isRecord(value)) return undefined;
  const { body, rawBody, isBase64Encoded } = value;
  const pairs = pairsIn(value['headers'] ?? value['multiValueHeaders'] ?? value['rawHeaders']);
  const content = rawBody ?? body;
  if (pairs === undefined || content === undefined || content === null) return undefined;
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const bytes = bytesIn(content);
  const method = firstText(value['method'], value['httpMethod']) ?? 'POST';
  return {
    method: method.toUpperCase(),
    url: firstText(value['url'], value['path'], value['rawPath']) ?? '/',
    headers: joinHeaders(pairs),
    body: bytes ?? Buffer.from(text, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** The bytes of what `JSON.stringify` made of a Buffer. */
function bytesIn(content: unknown): Buffer | undefined {
  const { type, data } = fieldsOf(content);
  const isBytes = type === 'Buffer' && Array.isArray(data) && data.every((byte) => isByte(byte));
  return isBytes ? Buffer.from(data as number[]) : undefined;
}

function isByte(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xff;
}

/** Headers as an object, as pairs, as `{ name, value }`, or name and value by turns, as `rawHeaders` of Node. */
function pairsIn(headers: unknown): readonly (readonly [string, string])[] | undefined {
  if (Array.isArray(headers)) {
    if (headers.every((each) => typeof each === 'string')) {
      return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as const] : []));
    }
    return headers.flatMap((each: unknown) => {
      const [name, value] = Array.isArray(each)
        ? (each as unknown[])
        : isRecord(each)
          ? [each['name'], each['value']]
          : [];
      return typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [];
    });
  }
  if (!isRecord(headers)) return undefined;
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((each) =>
      typeof each === 'string' || typeof each === 'number' ? [[name, String(each)] as const] : [],
    ),
  );
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}
