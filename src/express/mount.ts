import type { IncomingMessage } from 'node:http';
import type { GivenParams } from '../foundations/contracts/request';

/** A request with the properties that Express adds. */
export type Routed = IncomingMessage & {
  readonly originalUrl?: string;
  readonly params?: GivenParams;
  readonly route?: { readonly path?: unknown; readonly stack?: readonly { readonly handle?: unknown }[] };
  readonly next?: unknown;
};

/**
 * Where a request meets the router. `route`: in a route, which is ours. `mount`: at the
 * path of an `app.use`. `below`: at another path under an `app.use`. `unclear`: in a route, or below.
 */
export type Place = 'route' | 'mount' | 'below' | 'unclear';

/**
 * Whether we are in a route is not told by `request.route` alone: it stays when the handlers of a route call `next()`.
 * Nor by the functions in it: others wrap them.
 */
export function placeOf(request: Routed, router: unknown, next: unknown): Place {
  const path = pathOf(request.url ?? '');
  const used = path === '/' ? 'mount' : 'below';
  const { route } = request;
  // `app.use` hands on the `next` that it also sets on the request; a route hands on its own.
  if (route === undefined || next === request.next) return used;
  if (route.stack?.some(({ handle }) => handle === router)) return 'route';
  // A route at `/` fits every mount, also one that an earlier middleware was in.
  if (used === 'mount') return 'mount';
  const fits = fitsRoute(path, route.path);
  if (fits === undefined) return 'unclear';
  return fits ? 'route' : 'below';
}

/** The path of a request target, without the query. An absolute one names a host before it. */
export function pathOf(url: string): string {
  if (URL.canParse(url)) return new URL(url).pathname;
  const path = url.split('?', 1)[0];
  return path === undefined || path === '' ? '/' : path;
}

const patterns = /[*?+()[\]{}|\\]/;
/** No request has this path, so a route that fits it fits every path. */
const nobodys = '/\0';

/**
 * Whether a route's path is this one; `undefined` if it fits every path. `app.use` takes its path off, and what is left
 * has fewer segments: a route that an earlier middleware was in does not fit any more.
 */
function fitsRoute(path: string, route: unknown): boolean | undefined {
  if (Array.isArray(route)) {
    const fits = route.map((each) => fitsRoute(path, each));
    return fits.includes(true) || (fits.includes(undefined) ? undefined : false);
  }
  if (route instanceof RegExp) return nobodys.search(route) === -1 ? path.search(route) !== -1 : undefined;
  if (typeof route !== 'string') return undefined;
  const segments = segmentsOf(path);
  const expected = segmentsOf(route);
  const fits = (segment: string, place: number) => segment.includes(':') || segment === segments[place];
  const wild = expected.findIndex((segment) => patterns.test(segment));
  if (wild === -1) return segments.length === expected.length && expected.every(fits);
  // Anything may follow a wildcard: the segments before it decide, if one of them is a name.
  const fixed = expected.slice(0, wild);
  return fixed.some((segment) => segment !== '' && !segment.includes(':')) ? fixed.every(fits) : undefined;
}

function segmentsOf(path: string): readonly string[] {
  return path.toLowerCase().replace(/\/$/, '').split('/');
}
