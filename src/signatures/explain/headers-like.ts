import type { WebhookHeaders } from '../../foundations/contracts/request';
import { headerEntries } from '../../foundations/header-values';
import { readDigest } from '../mac/digest';
import type { Variant } from './variant';

/** How many headers are tried in other spellings: strangers send them. */
const mostRespelled = 8;

/** Headers of a signature that a sender may have meant, by the names that `isRead` knows. */
export function* headersLike(
  headers: WebhookHeaders,
  isRead: (name: string) => boolean,
): Iterable<Variant<WebhookHeaders>> {
  const read = headerEntries(headers).filter(([name]) => isRead(name) || /timestamp|-id$/.test(name));
  for (const [name, value] of read.slice(0, mostRespelled)) {
    for (const { value: spelling, cause } of spellingsOf(value)) {
      yield { value: { ...headers, [name]: spelling }, cause: `${name.slice(0, 64)} ${cause}` };
    }
  }
}

function* spellingsOf(value: string): Iterable<Variant<string>> {
  const half = value.slice(0, (value.length - 2) / 2);
  if (half !== '' && value === `${half}, ${half}`) {
    yield {
      value: half,
      cause: 'came more than once, with the same value: alone, it matches. A proxy may have added it again.',
    };
  }
  const bare = value.replace(/^(["'])(.*)\1$/, '$2');
  if (bare !== value) yield { value: bare, cause: 'has quotes around its value: without those, it matches.' };
  if (/%[0-9a-f]{2}/i.test(value)) {
    yield { value: decodePercents(value), cause: 'is in another encoding: with its %xx decoded, it matches.' };
  }
  const last = /[=:\s]([^=:\s]+={0,2})$/.exec(value)?.[1];
  if (last !== undefined && readDigest(last) !== undefined) {
    yield { value: last, cause: 'has other text in front of the signature: pin that text with the option prefix.' };
  }
  const hex = Buffer.from(value, 'base64').toString('latin1');
  if (readDigest(value) !== undefined && /^[0-9a-f]+$/i.test(hex)) {
    yield { value: hex, cause: 'is in another encoding: its base64 holds hex digits. As those, it matches.' };
  }
}

function decodePercents(value: string): string {
  return value.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
