import type { CapturedRequest } from '../captured/captured-request';
import { headersToSend } from '../sending/headers-to-send';
import { quoted } from '../shell-word';

/** Text that a shell and a terminal leave alone, once it is quoted. curl reads a file at a leading `@`, but not of raw data. */
const plainText = /^[\x20-\x7e]*$/;

/** The longest body that is written out, in bytes: longer words do not fit into a command everywhere. */
const longestPlain = 100_000;

/**
 * A shell command that sends a delivery again, byte for byte. A body of plain text is written as it is. Any other is in
 * base64, so that neither the shell nor the terminal can interpret any of it.
 */
export function toCurl(request: CapturedRequest, url: string): string {
  const headers = Object.entries(headersToSend(request))
    // Other characters are not safe to paste, and senders do not use them.
    .filter(([name, value]) => /^[\x21-\x7e]+$/.test(name) && /^[\x20-\x7e]*$/.test(value))
    // For curl, `name:` removes a header and `name;` sends it empty.
    .map(([name, value]) => `-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`);
  const curl = ['curl', '-i', '-X', 'POST', ...headers].join(' ');
  const text = request.body.toString('latin1');
  if (text.length <= longestPlain && plainText.test(text)) return `${curl} --data-raw ${quoted(text)} ${quoted(url)}`;
  const send = `${curl} --data-binary @- ${quoted(url)}`;
  return `printf %s ${quoted(request.body.toString('base64'))} | base64 -d | ${send}`;
}
