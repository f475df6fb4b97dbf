import { createHash, hash } from 'node:crypto';
import type { VerifiedDelivery } from '../delivery';

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
  return hashBytes(`${scope}b${raw.rawBody.length}:`, raw.rawBody);
}

const scratch = Buffer.allocUnsafeSlow(32 * 1024);

/**
 * SHA-256 over a prefix and the bytes. Short bytes are laid behind the prefix in a buffer that is there for it: hashing
 * one piece needs no Hash object, which costs more than the hash of a kilobyte.
 */
function hashBytes(prefix: string, bytes: Buffer): string {
  if (prefix.length * 3 + bytes.length > scratch.length) {
    return createHash('sha256').update(prefix).update(bytes).digest('hex');
  }
  const start = scratch.write(prefix, 'utf8');
  bytes.copy(scratch, start);
  return hash('sha256', scratch.subarray(0, start + bytes.length));
}

function destinationOf(payload: unknown): unknown {
  return typeof payload === 'object' && payload !== null ? (payload as { webhook_id?: unknown }).webhook_id : undefined;
}
