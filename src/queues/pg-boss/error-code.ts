/** The error code of PostgreSQL or the network, if any. Other properties of an error may quote the row. */
export function errorCode(error: unknown): string {
  const { code, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? message.slice(0, 200) : 'unknown';
}
