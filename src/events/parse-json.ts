import { isUtf8 } from 'node:buffer';
import { markParsed, type ParsedDelivery, Settled, type VerifiedDelivery } from '../foundations/delivery';

/** Parses the verified bytes. Its reasons never quote them, as errors of `JSON.parse` do. */
export function parseJson(delivery: VerifiedDelivery): ParsedDelivery | Settled {
  const { rawBody } = delivery.raw;
  if (!isUtf8(rawBody)) return new Settled('malformed', { reason: 'The body is not UTF-8.' });
  let payload: unknown;
  try {
    payload = JSON.parse(withoutMark(rawBody).toString('utf8'));
  } catch {
    const reason = rawBody.length === 0 ? 'The body is empty.' : 'The body is not JSON.';
    return new Settled('malformed', { reason });
  }
  if (poisonsPrototypes(payload)) {
    return new Settled('malformed', { reason: 'The body has a key __proto__, or constructor with prototype in it.' });
  }
  return markParsed({ delivery, payload });
}

/** Some senders begin with a byte order mark. It is signed, and it is no JSON. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/**
 * Whether any key would poison prototypes when the payload is merged into another object. It searches the tree, which
 * is faster than searching the text. It uses its own stack, since 10⁴ levels of nesting overflow a recursion.
 */
function poisonsPrototypes(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null) return false;
  const pending: object[] = [payload];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (Array.isArray(node)) {
      for (const value of node as unknown[]) {
        if (typeof value === 'object' && value !== null) pending.push(value);
      }
      continue;
    }
    const record = node as Record<string, unknown>;
    for (const key in record) {
      if (key === '__proto__') return true;
      const value = record[key];
      // An object that others put onto Object.prototype inherits itself: the search would not end.
      if (typeof value !== 'object' || value === null || !Object.hasOwn(record, key)) continue;
      if (key === 'constructor' && Object.hasOwn(value, 'prototype')) return true;
      pending.push(value);
    }
  }
  return false;
}
