import type { WebhookHeaders } from './contracts/request';

/** The value of a header; empty if it did not come. */
export function headerValue(headers: WebhookHeaders, name: string): string {
  return headers[name] ?? '';
}

/** The names of headers, each with its value. */
export function headerEntries(headers: WebhookHeaders): readonly (readonly [string, string])[] {
  return Object.keys(headers).map((name) => [name, headerValue(headers, name)]);
}
