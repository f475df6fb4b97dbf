/** Whether PostgreSQL refused a statement, so that it did nothing. After other errors it may have done all of it. */
export function isAnswer(error: unknown): boolean {
  const code = codeOf(error);
  return typeof code === 'string' && /^[\dFHPX][\dA-Z]{4}$/.test(code);
}

/** PostgreSQL's code for an error, if any. */
export function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | null | undefined)?.code;
}
