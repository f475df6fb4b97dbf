import { isIdentityEncoding } from './content-encoding';
import type { WebhookHeaders } from './contracts/request';
import { Settled } from './delivery';

export interface BodyRules {
  /** Largest body, in bytes. */
  readonly limit: number;
  /** Refuses an unsigned request by its headers alone, so that its body need not be read. */
  readonly refuseUnsigned: (headers: WebhookHeaders) => Settled | undefined;
}

/** Refuses an encoded body, unless a parser before us has decoded it. */
export function refuseEncoded(headers: WebhookHeaders): Settled | undefined {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || isIdentityEncoding(encoding)) return undefined;
  return new Settled('unsupported-encoding', { reason: 'The signed bytes of an encoded body are not known.' });
}

/** Refuses a body of so many bytes, announced or come, if that is more than `limit`. */
export function refuseLarge(bytes: number, { limit }: Pick<BodyRules, 'limit'>): Settled | undefined {
  if (bytes > limit) return new Settled('too-large', { reason: `${bytes} bytes or more came, limit allows ${limit}.` });
  return undefined;
}
