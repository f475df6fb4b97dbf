import { Failure } from '../failure';
import type { CapturedRequest } from './captured-request';
import { joinHeaders } from './join-headers';

export const otherForms =
  'Other forms are lines that `listen` saved, a HAR file, a copied curl command, what curl -v prints, and { method, headers, body } as JSON.';

const requestLine = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/;
/** The first line that `curl -i` writes. */
const statusLine = /^HTTP\/[\d.]+ \d{3}\b/;
/** Pseudo-headers of HTTP/2, such as :path, begin with a colon. No receiver sees them. */
const headerLine = /^(:?[!#$%&'*+.^`|~\w-]+):[ \t]*(.*?)[ \t]*$/;
/** The line between headers and body. An editor may have left blanks in it, or other line ends. */
const emptyLine = /\r?\n[ \t]*\r?\n/;

/**
 * Reads a request as text: an optional start line, headers, an empty line, and the body byte for byte.
 *
 * @throws Failure naming the line that is no header
 */
export function parseRequestText(bytes: Buffer): CapturedRequest {
  const { head, body } = split(bytes);
  const request = parseHead(head.split(/\r?\n/), 0);
  return { ...request, body: withoutAddedLineEnd(body, request.headers['content-length']) };
}

/**
 * Reads an optional start line and headers.
 *
 * @param before how many lines stand above them
 */
export function parseHead([first = '', ...others]: readonly string[], before: number): Omit<CapturedRequest, 'body'> {
  const [, method = 'POST', url = '/'] = requestLine.exec(first) ?? [];
  const hasStart = requestLine.test(first) || statusLine.test(first);
  const lines = hasStart ? others : [first, ...others];
  const pairs = lines.map((line, index): [string, string] => {
    const [, name, value] = headerLine.exec(line) ?? [];
    if (name === undefined || value === undefined) throw noHeader(before + index + (hasStart ? 2 : 1));
    return [name, value];
  });
  return { method, url, headers: joinHeaders(pairs.filter(([name]) => !name.startsWith(':'))) };
}

function noHeader(line: number): Failure {
  return new Failure(
    `Line ${line} is no header ("name: value"). A request as text is its headers, an empty line, and the body as it was sent. ${otherForms}`,
  );
}

function split(bytes: Buffer): { readonly head: string; readonly body: Buffer } {
  // A character for each byte.
  const text = bytes.toString('latin1');
  const end = emptyLine.exec(text);
  if (end === null) return { head: text.trimEnd(), body: Buffer.alloc(0) };
  return { head: text.slice(0, end.index), body: bytes.subarray(end.index + end[0].length) };
}

/** Editors add a line end to a file. `Content-Length` tells that it is not part of the body. */
function withoutAddedLineEnd(body: Buffer, contentLength: string | undefined): Buffer {
  if (contentLength === undefined || !/^\d{1,15}$/.test(contentLength)) return body;
  const said = Number(contentLength);
  return /^[\r\n]{1,2}$/.test(body.toString('latin1', said, said + 3)) ? body.subarray(0, said) : body;
}
