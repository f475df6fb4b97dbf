import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Headers that only a proxy or a tunnel adds. Through one, the page is not served. */
const ofProxies = /^(?:x-forwarded-.*|forwarded|via|x-real-ip|x-original-.*|true-client-ip|cf-connecting-ip|cf-ray)$/;

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Why a request must not see the inspector; `undefined` when it may.
 *
 * A web page can make a browser send us requests, under any name that it resolves to 127.0.0.1 (DNS rebinding). So `Host`
 * must be a name that belongs to this machine only. A tunnel that points here by mistake shows in its headers, or keeps
 * its public name in `Host`.
 */
export function whyRefused(request: IncomingMessage, port: number): string | undefined {
  const proxied = Object.keys(request.headers).find((name) => ofProxies.test(name));
  if (proxied !== undefined) return `The inspector is not shown through a proxy or tunnel (${proxied}).`;
  const hosts = valuesOf(request, 'host');
  const [host = ''] = hosts;
  if (hosts.length !== 1 || !loopbackNames.some((name) => host.toLowerCase() === hostOf(name, port))) {
    return 'The inspector is shown only under 127.0.0.1, localhost or [::1].';
  }
  if (valuesOf(request, 'origin').some((origin) => origin !== `http://${host.toLowerCase()}`)) {
    return 'The inspector answers no other page.';
  }
  const site = request.headers['sec-fetch-site'];
  const opensPage = request.headers['sec-fetch-mode'] === 'navigate' && request.method === 'GET';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opensPage) {
    return 'The inspector answers no other page.';
  }
  return undefined;
}

/** As a browser writes it: port 80 is left out. */
function hostOf(name: string, port: number): string {
  return new URL(`http://${name}:${port}`).host;
}

/** All values of a header: Node keeps only the first. */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** Compares in constant time. */
export function isToken(given: string, token: string): boolean {
  return timingSafeEqual(hashOf(given), hashOf(token));
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Headers of every answer of the inspector. */
export const guardHeaders = {
  // Payloads are hostile. Even one that became markup could not load, run or send anything.
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
  // The address holds the token.
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const;
