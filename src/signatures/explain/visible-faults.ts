import { isIdentityEncoding } from '../../foundations/content-encoding';
import type { WebhookHeaders } from '../../foundations/contracts/request';
import { headerEntries, headerValue } from '../../foundations/header-values';
import { decodeBase64 } from '../mac/digest';
import { readTimestamp } from '../readings/header-grammar';
import { structureOf } from './json-structure';

// What is wrong with a request at sight: no MAC is needed to see it.

/** What is wrong with a header that should hold a signature. */
export function sayUnreadable(header: string, value: string): string {
  return `${header.slice(0, 64)} cannot be read as a signature: ${describeUnreadable(value)}.`;
}

/** Algorithms that are not recognised, by the bytes of their MACs. */
const otherAlgorithms: ReadonlyMap<number | undefined, string> = new Map([
  [16, 'MD5'],
  [20, 'SHA-1'],
  [28, 'SHA-224'],
  [48, 'SHA-384'],
]);

/** Why a header's value is not a signature. */
export function describeUnreadable(value: string): string {
  if (value.includes(', ')) return 'it came more than once';
  const algorithm = otherAlgorithms.get(bytesIn(value.replace(/^[\w-]{1,16}=(?=.)/, '')));
  if (algorithm !== undefined) {
    return `its ${value.length} characters are of another algorithm, ${algorithm}: only SHA-256 and SHA-512 are read`;
  }
  if (/^v\d+[a-z]?,/.test(value)) return 'as in Standard Webhooks, but without v1 or its …-id and …-timestamp headers';
  if (/(?:^|,)t=/.test(value)) return "as in Stripe's form, but with no or more than one timestamp, or without v1=…";
  return `its ${value.length} characters are no hex or base64 of 32 or 64 bytes`;
}

/** How many bytes a text in hex or base64 stands for. */
function bytesIn(text: string): number | undefined {
  return /^[0-9a-f]+$/i.test(text) ? text.length / 2 : decodeBase64(text)?.length;
}

/** What is wrong with the rest of a request. */
export function visibleFaults(headers: WebhookHeaders, body: Buffer): readonly string[] {
  const faults: string[] = [];
  const announced = announcedBytes(headers);
  if (body.length === 0) {
    faults.push('The body is empty: it did not come, or something read it before.');
  } else if (announced !== undefined && announced !== body.length) {
    faults.push(
      `The body has ${body.length} bytes, and content-length says ${announced}: it was cut off or written anew.`,
    );
  } else if (isCut(body)) {
    faults.push('The body was cut off: it ends in the middle of its JSON.');
  }
  for (const [name, value] of headerEntries(headers)) {
    if (!/^[\w-]{0,48}timestamp$/.test(name) || readTimestamp(value) !== undefined) continue;
    const came = value.includes(', ') ? 'came more than once' : 'is no Unix time in seconds or milliseconds';
    faults.push(`${name} ${came}, so it is not read.`);
    break;
  }
  return faults;
}

/** The length that the sender gave its body; `undefined` if it may have compressed it. */
function announcedBytes(headers: WebhookHeaders): number | undefined {
  const length = headerValue(headers, 'content-length');
  return isIdentityEncoding(headerValue(headers, 'content-encoding')) && /^\d{1,15}$/.test(length)
    ? Number(length)
    : undefined;
}

function isCut(body: Buffer): boolean {
  const text = body.toString('latin1');
  return /^\s*[{[]/.test(text) && structureOf(text).isOpen;
}
