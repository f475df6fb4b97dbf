/** Where a request went, as seen from the path that deliveries are sent to. */
export interface Place {
  /** Path and query, with `.` and `..` resolved. */
  readonly path: string;
  readonly query: string;
  /** What follows the path of deliveries: empty for a delivery, `/acme` below it, `undefined` elsewhere. */
  readonly below: string | undefined;
}

/** The place of a request's target, which may be anything that a stranger writes. */
export function placeOf(target: string, deliveryPath: string): Place {
  const text = target.startsWith('/') ? `http://any${target}` : target;
  const { pathname: path, search: query } = URL.canParse(text) ? new URL(text) : new URL('http://any/');
  const own = deliveryPath.replace(/\/$/, '');
  const isBelow = path === own || path.startsWith(`${own}/`);
  return { path, query, below: isBelow ? path.slice(own.length).replace(/^\/$/, '') : undefined };
}

/**
 * Where a request is forwarded to: an address without a path takes every path, one with a path takes what is sent to the
 * path of deliveries and below it. The query is kept.
 */
export function forwardTarget(forward: URL, { path, query, below }: Place): URL | undefined {
  if (forward.pathname === '/') return new URL(forward.origin + path + joined(forward.search, query));
  if (below === undefined) return undefined;
  const base = below === '' ? forward.pathname : forward.pathname.replace(/\/$/, '');
  return new URL(forward.origin + base + below + joined(forward.search, query));
}

function joined(own: string, query: string): string {
  return own !== '' && query !== '' ? `${own}&${query.slice(1)}` : own + query;
}
