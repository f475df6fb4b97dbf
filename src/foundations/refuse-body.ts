import { isIdentityEncoding } from './content-encoding';
import type { WebhookHeaders } from './contracts/request';
import { Settled } from './delivery';
import { printableName } from './foreign-text';

export interface BodyRules {
  /** Largest body, in bytes. */
  readonly limit: number;
  /** Refuses an unsigned request by its headers alone, so that its body need not be read. */
  readonly refuseUnsigned: (headers: WebhookHeaders) => Settled | undefined;
}

/** How many are named: strangers write them. */
const mostCodings = 4;

const remedy =
  'Whether its bytes before or after that are signed is not known. Switch it off at the sender, or at the proxy that added it.';

/** Refuses an encoded body, unless a parser before us has decoded it. */
export function refuseEncoded(headers: WebhookHeaders): Settled | undefined {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || isIdentityEncoding(encoding)) return undefined;
  const codings = encoding.split(',').slice(0, mostCodings);
  const named = codings.map((coding) => printableName(coding.trim())).join(', ');
  return new Settled('unsupported-encoding', { reason: `Content-Encoding: ${named}. ${remedy}` });
}

/** Refuses a body of so many bytes, announced or come, if that is more than `limit`. */
export function refuseLarge(bytes: number, { limit }: Pick<BodyRules, 'limit'>): Settled | undefined {
  if (bytes > limit) return new Settled('too-large', { reason: `${bytes} bytes or more came, limit allows ${limit}.` });
  return undefined;
}
