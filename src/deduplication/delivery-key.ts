import { createHash, hash } from 'node:crypto';
import type { VerifiedDelivery } from '../foundations/delivery';
import { fieldsOf } from '../foundations/fields-of';
import { ignoreRejection } from '../foundations/maybe-promise';
import { show } from '../foundations/option-checks';
import { tellsApart } from '../foundations/tells-apart';

/** The argument of `deduplicate.key`. */
export interface KeyedDelivery {
  readonly tenant: string | undefined;
  readonly rawBody: Buffer;
  readonly headers: VerifiedDelivery['raw']['headers'];
  readonly params: VerifiedDelivery['raw']['params'];
  /** The parsed payload; `undefined` if the body is not JSON. */
  readonly payload: unknown;
}

/** Identifies a delivery by a text: the same for every repeat, another one for any other delivery. */
export type NameDelivery = (delivery: KeyedDelivery) => string;

/**
 * The key of a delivery: SHA-256 over the tenant and the raw bytes, in 64 hex digits. The text of `nameDelivery`
 * replaces the bytes, or else the id that a pinned scheme signs. An id that is the payload's `webhook_id` does not: it
 * names the destination and is the same for all its deliveries. Each part has its kind and length in front, so that
 * different deliveries never have the same input. The secret is not included, so that a rotation changes no key.
 */
export function deliveryKey(delivery: VerifiedDelivery, payload: unknown, nameDelivery?: NameDelivery): string {
  const { raw, tenant, signedId } = delivery;
  const scope = tenant === undefined ? '-' : `t${Buffer.byteLength(tenant)}:${tenant}`;
  if (nameDelivery !== undefined) {
    const { rawBody, headers, params } = raw;
    const text: unknown = nameDelivery({ tenant, rawBody, headers, params, payload });
    // A promise is refused as well.
    ignoreRejection(text);
    if (typeof text !== 'string' || text === '')
      throw new TypeError(`deduplicate.key: expected a string with text, got ${show(text)}.`);
    if (!tellsApart(text)) {
      const got = 'one that is blank, or that a missing field or an object becomes, such as "undefined"';
      throw new TypeError(`deduplicate.key: expected another text for each delivery, got ${got}.`);
    }
    return hash('sha256', `${scope}n${Buffer.byteLength(text)}:${text}`);
  }
  if (signedId !== undefined && signedId !== fieldsOf(payload)['webhook_id']) {
    return hash('sha256', `${scope}i${signedId.length}:${signedId}`);
  }
  return createHash('sha256').update(`${scope}b${raw.rawBody.length}:`).update(raw.rawBody).digest('hex');
}
