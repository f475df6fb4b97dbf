import { isIdentityEncoding, longestEncoding } from './content-encoding';
import type { WebhookHeaders } from './contracts/request';
import { Settled } from './delivery';
import { notAName } from './foreign-text';

export interface BodyRules {
  /** Largest body, in bytes. */
  readonly limit: number;
  /** Refuses an unsigned request by its headers alone, so that its body need not be read. */
  readonly refuseUnsigned: (headers: WebhookHeaders) => Settled | undefined;
}

/** Those that are registered (IANA, HTTP Content Coding Registry). Any other text is a stranger's, and may be a secret. */
const registered = new Set(
  'aes128gcm br compress dcb dcz deflate exi gzip pack200-gzip x-compress x-gzip zstd'.split(' '),
);

const remedy =
  'Whether its bytes before or after that are signed is not known. Switch it off at the sender, or at the proxy that added it.';

/** Refuses a request whose bytes cannot be had: it was set up or passed wrongly. */
export function misread(reason: string): Settled {
  return new Settled('misconfigured', { code: 'BODY_ALREADY_PARSED', reason });
}

/** Refuses an encoded body, unless a parser before us has decoded it. */
export function refuseEncoded(headers: WebhookHeaders): Settled | undefined {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || isIdentityEncoding(encoding)) return undefined;
  return new Settled('unsupported-encoding', { reason: `Content-Encoding: ${shown(encoding)}. ${remedy}` });
}

function shown(encoding: string): string {
  if (encoding.length > longestEncoding) return `${encoding.length} characters`;
  const codings = encoding.split(',').filter((coding) => !isIdentityEncoding(coding));
  const names = codings.map((coding) => coding.trim().toLowerCase());
  return [...new Set(names.map((name) => (registered.has(name) ? name : notAName)))].join(', ');
}

/** Refuses a body of so many bytes, announced or come, if that is more than `limit`. */
export function refuseLarge(bytes: number, { limit }: Pick<BodyRules, 'limit'>): Settled | undefined {
  if (bytes > limit) return new Settled('too-large', { reason: `${bytes} bytes or more came, limit allows ${limit}.` });
  return undefined;
}
