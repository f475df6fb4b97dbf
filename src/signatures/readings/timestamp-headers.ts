import type { WebhookHeaders } from '../../foundations/contracts/request';
import { readTimestamp, type Timestamp } from './header-grammar';

/** A header with a timestamp that a signature may sign. */
export interface TimestampHeader {
  readonly name: string;
  readonly timestamp: Timestamp;
}

/** How many timestamps one signature is tried with: each costs a MAC of the body. */
const mostPaired = 2;

/** Longer names are paired with nothing: each part of a name is looked up. */
const longestName = 128;

const stemEnd = /(?:^|[-_])(?:request[-_])?$/;
const partEnd = /[-_]|$/g;

/** The headers with a timestamp, by stem: the part of the name before `timestamp`. The shorter names come first. */
export type TimestampHeaders = ReadonlyMap<string, readonly TimestampHeader[]>;

export function readTimestampHeaders(headers: WebhookHeaders): TimestampHeaders {
  const byStem = new Map<string, readonly TimestampHeader[]>();
  for (const name of Object.keys(headers)) {
    if (!name.includes('timestamp') || name.length > longestName) continue;
    const timestamp = readTimestamp(headers[name]);
    const before = name.slice(0, name.indexOf('timestamp'));
    if (timestamp === undefined || !stemEnd.test(before)) continue;
    const stem = before.replace(stemEnd, '');
    const alike = [...(byStem.get(stem) ?? []), { name, timestamp }];
    alike.sort((one, other) => one.name.length - other.name.length);
    byStem.set(stem, alike.slice(0, mostPaired));
  }
  return byStem;
}

/**
 * The timestamps that a signature in this header may sign, the nearest first. `x-acme-signature` is paired with
 * `x-acme-timestamp`, `x-acme-request-timestamp`, `x-acme-signature-timestamp` and `x-timestamp`.
 */
export function timestampsNear(signatureHeader: string, byStem: TimestampHeaders): readonly TimestampHeader[] {
  if (signatureHeader.length > longestName) return [];
  const ends = [...signatureHeader.matchAll(partEnd)].map(({ index }) => index).reverse();
  const stems = new Set([...ends, 0].map((end) => signatureHeader.slice(0, end)));
  return [...stems].flatMap((stem) => byStem.get(stem) ?? []).slice(0, mostPaired);
}
