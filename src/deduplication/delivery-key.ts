import { createHash, hash } from 'node:crypto';
import type { VerifiedDelivery } from '../foundations/delivery';

/** A delivery, as `deduplicate.key` sees it. */
export interface KeyedDelivery {
  readonly tenant: string | undefined;
  readonly rawBody: Buffer;
  readonly headers: VerifiedDelivery['raw']['headers'];
  readonly params: VerifiedDelivery['raw']['params'];
  /** The parsed payload; `undefined` when the body is no JSON. */
  readonly payload: unknown;
}

/** Names a delivery in words of the user's own: a repeat must be given the same name, another delivery never. */
export type NameDelivery = (delivery: KeyedDelivery) => string;

/**
 * The key of a delivery: SHA-256 over the tenant and the raw bytes, in 64 hex digits. In place of the bytes stands the
 * name that `nameDelivery` gives, or the id that a pinned scheme signs, unless that id is the payload's `webhook_id`,
 * which names the destination and is the same for all its deliveries. Each part is length-prefixed and says what it
 * is, so that no two deliveries can be spelled alike. The secret is no part: a rotation changes no key.
 */
export function deliveryKey(delivery: VerifiedDelivery, payload: unknown, nameDelivery?: NameDelivery): string {
  const { raw, tenant, signedId } = delivery;
  const scope = tenant === undefined ? '-' : `t${Buffer.byteLength(tenant)}:${tenant}`;
  if (nameDelivery !== undefined) {
    const { rawBody, headers, params } = raw;
    const name: unknown = nameDelivery({ tenant, rawBody, headers, params, payload });
    if (typeof name !== 'string' || name === '') throw new TypeError('deduplicate.key must return a string with text');
    return hash('sha256', `${scope}n${Buffer.byteLength(name)}:${name}`);
  }
  if (signedId !== undefined && signedId !== destinationOf(payload)) {
    return hash('sha256', `${scope}i${signedId.length}:${signedId}`);
  }
  return createHash('sha256').update(`${scope}b${raw.rawBody.length}:`).update(raw.rawBody).digest('hex');
}

/** The key of a delivery, as the pipeline carries it. */
export interface DeliveryKey {
  /** 64 hex digits. */
  readonly text: string;
}

/**
 * The key of a delivery that no store is asked about. It is computed when it is first read, since most never are; from
 * then on the delivery is not held.
 */
export class LazyKey implements DeliveryKey {
  #text = '';
  #source: { readonly delivery: VerifiedDelivery; readonly payload: unknown } | undefined;

  constructor(delivery: VerifiedDelivery, payload: unknown) {
    this.#source = { delivery, payload };
  }

  get text(): string {
    if (this.#source !== undefined) this.#text = deliveryKey(this.#source.delivery, this.#source.payload);
    this.#source = undefined;
    return this.#text;
  }
}

function destinationOf(payload: unknown): unknown {
  return typeof payload === 'object' && payload !== null ? (payload as { webhook_id?: unknown }).webhook_id : undefined;
}
