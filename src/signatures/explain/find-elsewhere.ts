import type { WebhookHeaders } from '../../foundations/contracts/request';
import { headerEntries } from '../../foundations/header-values';
import { readDigest } from '../mac/digest';
import { findMatch } from '../readings/find-match';
import type { FoundMatch } from '../readings/found-match';
import { isSignatureHeader, readAll } from '../schemes/auto';
import { withoutOthers } from './tried-readings';

/** A signature that matches, its header, and the line that pins it. */
export interface Found {
  readonly match: FoundMatch;
  readonly header: string;
  readonly pin: string;
}

/** A name that receivers recognise, near the same timestamps. A header with another name is read under it. */
const aliasOf = (header: string): string => `${header}-signature`;

/** How many headers with other names are tried. */
const mostElsewhere = 4;

/** Finds a signature in a header without "signature" or "hmac" in its name. It can be pinned, but is not recognised. */
export function findElsewhere(headers: WebhookHeaders, body: Buffer, secret: string): Found | undefined {
  const likely = headerEntries(headers).filter(([name, value]) => !isSignatureHeader(name) && holdsDigest(value));
  for (const [header, value] of likely.slice(0, mostElsewhere)) {
    const match = findMatch(readAll(withoutOthers(headers, aliasOf(header), value)), body, secret);
    if (match === undefined || match.scheme === 'standardWebhooks') continue;
    const named = header.replace(/[\\']/g, '\\$&');
    return { match, header, pin: match.pin.replace(`'${aliasOf(named)}'`, () => `'${named}'`) };
  }
  return undefined;
}

/** Whether a header's value holds a digest. Other headers are not tried. */
function holdsDigest(value: string): boolean {
  return value.split(/[=,](?=[^=,])/).some((part) => readDigest(part) !== undefined);
}
