import type { CapturedRequest } from '../captured/captured-request';
import { headersToSend } from '../sending/target';
import { quoted } from '../shell-word';

/**
 * A shell command that sends a delivery again, byte for byte. The body is in base64, so that neither the shell nor the
 * terminal can interpret any of it.
 */
export function toCurl(request: CapturedRequest, url: string): string {
  const headers = Object.entries(headersToSend(request))
    // Other characters are not safe to paste, and senders do not use them.
    .filter(([name, value]) => /^[\x21-\x7e]+$/.test(name) && /^[\x20-\x7e]*$/.test(value))
    // For curl, `name:` removes a header and `name;` sends it empty.
    .map(([name, value]) => `-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`);
  const send = ['curl', '-i', '-X', 'POST', ...headers, '--data-binary', '@-', quoted(url)].join(' ');
  return `printf %s ${quoted(request.body.toString('base64'))} | base64 -d | ${send}`;
}
