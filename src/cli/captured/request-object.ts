import { isRecord } from '../../foundations/is-record';
import type { CapturedRequest } from './captured-request';
import { joinHeaders } from './join-headers';

/**
 * A request as an object, `{ method, headers, body }`, as logs and platforms write it (`httpMethod`, `path`,
 * `isBase64Encoded` of AWS). A body that is no text was parsed before: it is written anew, compactly.
 */
export function requestFromObject(value: unknown): CapturedRequest | undefined {
  if (!isRecord(value)) return undefined;
  const { body, rawBody, isBase64Encoded } = value;
  const pairs = pairsIn(value['headers']);
  const content = rawBody ?? body;
  if (pairs === undefined || content === undefined || content === null) return undefined;
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const method = firstText(value['method'], value['httpMethod']) ?? 'POST';
  return {
    method: method.toUpperCase(),
    url: firstText(value['url'], value['path'], value['rawPath']) ?? '/',
    headers: joinHeaders(pairs),
    body: Buffer.from(text, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** Headers as an object, as pairs, or as `{ name, value }`. */
function pairsIn(headers: unknown): readonly (readonly [string, string])[] | undefined {
  if (Array.isArray(headers)) {
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
