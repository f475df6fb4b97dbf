import { randomUUID } from 'node:crypto';
import { bytesOf } from '../foundations/bytes-of';
import { badOption, badWord, knownOptions, requireText } from '../foundations/option-checks';
import { usualSignatureHeader } from '../foundations/usual-signature-header';
import { hmac, type SignatureScheme, standardWebhooks, timestampedHmac, WebhookError } from '../index';

export interface SignDeliveryInput {
  /** The payload. A string is sent unchanged, anything else as JSON. */
  readonly payload: unknown;
  /** The receiver's `secret` option, or one of its secrets. */
  readonly secret: string;
  /**
   * How to sign: the receiver's `signature` option, or a scheme's name for its usual form.
   * @default hmac({ header: 'x-bigmind-signature' }), which `'auto'` recognises
   */
  readonly scheme?: SignatureScheme | 'hmac' | 'timestampedHmac' | 'standardWebhooks' | undefined;
  /** The timestamp that some schemes sign, as a Date or in milliseconds since 1970. @default now */
  readonly signedAt?: Date | number | undefined;
  /** The delivery id that some schemes sign. @default a new one */
  readonly id?: string | undefined;
}

/** A request for supertest, `fetch` or others. Send `body` unchanged: another spelling of it is not signed. */
export interface SignedDelivery {
  readonly headers: Record<string, string>;
  readonly body: string;
}

const known = { payload: true, secret: true, scheme: true, signedAt: true, id: true } satisfies Record<
  keyof SignDeliveryInput,
  true
>;

/**
 * Signs a delivery as a sender would.
 *
 * @throws WebhookError `BAD_OPTION` for an unknown option or scheme, a scheme that can only verify, or no secret; what
 *   `JSON.stringify` throws for a payload that JSON cannot hold
 */
export function signDelivery(input: SignDeliveryInput): SignedDelivery {
  knownOptions(input, 'signDelivery', known);
  const { payload, secret, signedAt = Date.now(), id = `msg_${randomUUID()}` } = input;
  requireText('signDelivery.secret', secret);
  if (bytesOf(payload) !== undefined && typeof payload !== 'string') {
    throw badOption('signDelivery.payload', 'a string or what JSON can say', payload, 'Pass the text of bytes.');
  }
  const body = typeof payload === 'string' ? payload : (JSON.stringify(payload) as string | undefined);
  if (body === undefined) throw badWord('signDelivery.payload', 'what JSON can say', payload);
  const scheme = schemeOf(input.scheme ?? 'hmac');
  if (scheme.sign === undefined)
    throw new WebhookError('BAD_OPTION', `signDelivery.scheme: ${scheme.name} can only verify: give it a sign().`);
  const signature = scheme.sign({ rawBody: Buffer.from(body, 'utf8'), secret, signedAt: Number(signedAt), id });
  return {
    // Our own user agent: a test's signature says nothing about the vendor's scheme.
    headers: { 'content-type': 'application/json', 'user-agent': 'bigmind-webhooks/testing', ...signature },
    body,
  };
}

function schemeOf(scheme: NonNullable<SignDeliveryInput['scheme']>): SignatureScheme {
  if (scheme === 'hmac') return hmac({ header: usualSignatureHeader });
  if (scheme === 'timestampedHmac') return timestampedHmac({ header: usualSignatureHeader });
  if (scheme === 'standardWebhooks') return standardWebhooks();
  if (typeof scheme === 'object' && scheme !== null) return scheme;
  const names = "'hmac', 'timestampedHmac', 'standardWebhooks' or a scheme such as hmac({ header })";
  throw badWord('signDelivery.scheme', names, scheme);
}
