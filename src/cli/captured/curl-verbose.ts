import { Failure } from '../failure';
import type { CapturedRequest } from './captured-request';
import { curlStart, parseCurlCommand } from './curl-command';
import { parseHead } from './request-text';

/** A line of `curl -v` that begins a request. */
export const verboseStart = /^> [A-Z]+ \S+ HTTP\/[\d.]+\r?$/m;

/**
 * Reads what `curl -v` printed. It shows the headers that it sent and not the body: that is in the command, if it was
 * copied too, or in a file.
 *
 * @throws Failure naming the line that is no header
 */
export function parseCurlVerbose(text: string, given?: Buffer): CapturedRequest {
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => verboseStart.test(line));
  const length = lines.slice(first).findIndex((line) => !/^>(?: |$)/.test(line));
  const end = length < 0 ? lines.length : first + length;
  const head = lines.slice(first, end).map((line) => line.slice(2));
  const { method, url, headers } = parseHead(
    head.filter((line, index) => line !== '' || index === 0),
    first,
  );
  const body = given ?? bodyIn(lines, first, end);
  if (body === undefined) {
    throw new Failure(
      'curl -v does not show the body that it sent. Copy the command with its --data as well, or pass the body with --body <file>.',
    );
  }
  return { method, url, headers, body };
}

/** From the command above, or what was put between request and answer. */
function bodyIn(lines: readonly string[], first: number, end: number): Buffer | undefined {
  const before = lines.slice(0, first).filter((line) => !/^(?:\*|[{}] \[|Note: )/.test(line));
  const command = before.join('\n');
  const sent = curlStart.test(command) ? parseCurlCommand(command).body : undefined;
  if (sent !== undefined && sent.length > 0) return sent;
  const answer = lines.findIndex((line, index) => index >= end && line.startsWith('< '));
  const between = lines.slice(end, answer < 0 ? lines.length : answer);
  const text = between
    .filter((line) => !/^(?:\*|[{}] \[)/.test(line))
    .join('\n')
    .trim();
  return text === '' ? undefined : Buffer.from(text, 'utf8');
}
