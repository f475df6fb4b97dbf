/** The error code of PostgreSQL or the network, if any. Other properties of an error may quote the row. */
export function errorCode(error: unknown): string {
  const { code, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? message.slice(0, 200) : 'unknown';
}

/** Whether PostgreSQL refused a statement, so that it did nothing. After other errors it may have done all of it. */
export function isAnswer(error: unknown): boolean {
  return /^[\dFHPX][\dA-Z]{4}$/.test(errorCode(error));
}
