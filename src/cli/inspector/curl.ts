import type { CapturedRequest } from '../captured/captured-request';
import { headersToSend } from '../sending/target';

/**
 * A line for a shell that sends a delivery again, byte for byte. The body goes in as base64, so that nothing in it means
 * anything to the shell, or to the terminal that it is pasted into.
 */
export function toCurl(request: CapturedRequest, url: string): string {
  const headers = Object.entries(headersToSend(request))
    // What is not plain text cannot be pasted safely, and no sender needs it.
    .filter(([name, value]) => /^[\x21-\x7e]+$/.test(name) && /^[\x20-\x7e]*$/.test(value))
    // curl leaves out a header that ends in a colon, and sends one that ends in a semicolon empty.
    .map(([name, value]) => `-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`);
  const send = ['curl', '-i', '-X', 'POST', ...headers, '--data-binary', '@-', quoted(url)].join(' ');
  return `printf %s ${quoted(request.body.toString('base64'))} | base64 -d | ${send}`;
}

/** As one word of a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
