/**
 * Request headers of HTTP itself, of browsers and of proxies (https://www.iana.org/assignments/http-fields). None of them
 * holds a webhook's signature.
 */
const standard: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'cookie',
  'date',
  'dnt',
  'expect',
  'forwarded',
  'from',
  'host',
  'keep-alive',
  'max-forwards',
  'origin',
  'pragma',
  'cache-control',
  'priority',
  'range',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'upgrade-insecure-requests',
  'user-agent',
  'via',
  'warning',
  'x-real-ip',
  'x-request-id',
  'x-requested-with',
  'traceparent',
  'tracestate',
  'baggage',
]);

const standardGroup = /^(?:accept|content|if|sec|proxy|access-control|x-forwarded)-|^accept$|^:/;

/** Whether a header, by its lower-case name, is a usual one that says nothing about the sender's scheme. */
export function isStandardHeader(name: string): boolean {
  return standard.has(name) || standardGroup.test(name);
}
