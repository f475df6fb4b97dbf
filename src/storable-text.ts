/** A text without what PostgreSQL cannot hold, NUL and lone surrogates: it would refuse the whole of what they stand in. */
export function storableText(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\uFFFD'), 'utf8').toString('utf8');
}
