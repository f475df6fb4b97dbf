/**
 * The id of a delivery's job: the first 128 bits of its key as a UUID of version 8 (RFC 9562, section 5.8). The version
 * and variant replace six of these bits. pg-boss takes only UUIDs.
 */
export function jobIdOf(key: string): string {
  const variant = ((Number.parseInt(key.charAt(16), 16) & 0b0011) | 0b1000).toString(16);
  const groups = [key.slice(0, 8), key.slice(8, 12), `8${key.slice(13, 16)}`, `${variant}${key.slice(17, 20)}`];
  return [...groups, key.slice(20, 32)].join('-');
}

const keyPattern = /^[0-9a-f]{64}$/;

/** The delivery's key in a job's data; `undefined` if it has none, since anybody may send to a queue. */
export function keyIn(data: unknown): string | undefined {
  const found: unknown = (data as { readonly key?: unknown } | null)?.key;
  return typeof found === 'string' && keyPattern.test(found) ? found : undefined;
}

/** Whether PostgreSQL accepts it as a UUID. Other text makes a statement fail. */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}
