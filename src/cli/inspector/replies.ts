import type { ServerResponse } from 'node:http';

/** Answers with bytes and their type, so that the browser guesses nothing. */
export function send(response: ServerResponse, status: number, bytes: Buffer | string, contentType: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(bytes) });
  response.end(bytes);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, text, 'text/plain; charset=utf-8');
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, JSON.stringify(value), 'application/json; charset=utf-8');
}
