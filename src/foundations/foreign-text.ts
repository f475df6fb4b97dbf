/** Replaces NUL and lone surrogates: PostgreSQL refuses a whole row because of one. */
export function storableText(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\uFFFD'), 'utf8').toString('utf8');
}

const namePattern = /^[\w.:-]{1,64}$/;

/** A name from outside, safe to log. Anything that may be other text is not repeated. */
export function printableName(name: string): string {
  return namePattern.test(name) ? name : '(not a name)';
}
