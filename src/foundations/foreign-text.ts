/** A text without what PostgreSQL cannot hold, NUL and lone surrogates: it would refuse the whole of what they stand in. */
export function storableText(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\uFFFD'), 'utf8').toString('utf8');
}

const namePattern = /^[\w.:-]{1,64}$/;

/** A name that came from outside, as it may be logged: what could be text is not repeated. */
export function printableName(name: string): string {
  return namePattern.test(name) ? name : '(not a name)';
}
