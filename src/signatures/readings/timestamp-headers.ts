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

/**
 * Pairs signatures with the timestamps that they may sign: `x-acme-signature` with `x-acme-timestamp`,
 * `x-acme-request-timestamp`, `x-acme-signature-timestamp` and `x-timestamp`. The nearest names come first.
 */
export class TimestampHeaders {
  /** By stem: the part of the name before `timestamp`. The shorter names come first. */
  readonly #byStem = new Map<string, readonly TimestampHeader[]>();

  constructor(headers: WebhookHeaders) {
    for (const name of Object.keys(headers)) {
      if (!name.includes('timestamp')) continue;
      const timestamp = readTimestamp(headers[name]);
      if (timestamp === undefined || name.length > longestName) continue;
      const before = name.slice(0, name.indexOf('timestamp'));
      if (stemEnd.test(before)) this.#add(before.replace(stemEnd, ''), { name, timestamp });
    }
  }

  #add(stem: string, header: TimestampHeader): void {
    const found = [...(this.#byStem.get(stem) ?? []), header];
    found.sort((one, other) => one.name.length - other.name.length);
    this.#byStem.set(stem, found.slice(0, mostPaired));
  }

  /** The timestamps that a signature in this header may sign, the nearest first. */
  near(signatureHeader: string): readonly TimestampHeader[] {
    if (this.#byStem.size === 0 || signatureHeader.length > longestName) return [];
    const ends = [...signatureHeader.matchAll(partEnd)].map(({ index }) => index).reverse();
    const stems = new Set([...ends, 0].map((end) => signatureHeader.slice(0, end)));
    return [...stems].flatMap((stem) => this.#byStem.get(stem) ?? []).slice(0, mostPaired);
  }
}
