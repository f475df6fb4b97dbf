import type { GivenParams, WebhookParams } from './contracts/request';
import { textOf } from './text-of';

/**
 * Path parameters with one text each. Express 5 and Next.js give a wildcard's segments as an array, and Fastify a number
 * where a schema says so. Anything else is an empty text, as in headers: no worker could read it in a job, and the delivery
 * is acknowledged by then.
 */
export function plainParams(given: GivenParams): WebhookParams {
  try {
    const entries: [string, unknown][] = Object.entries(given);
    if (entries.every(([, value]) => typeof value === 'string')) return given as WebhookParams;
    return Object.fromEntries(entries.map(([name, value]) => [name, paramOf(value)]));
  } catch {
    // What cannot be read may be needed by nobody.
    return given as WebhookParams;
  }
}

function paramOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.map(paramOf).join('/');
  return textOf(value);
}
