import { isUndecodable } from '../signatures/mac/secret-key';

/** What looks wrong at an end of a secret, or as a whole, and what to do. */
const oddities: readonly (readonly [RegExp, string])[] = [
  [/^\ufeff|\ufeff$/, 'has a byte order mark at an end: save its file without one'],
  [/^[\u200b-\u200d\u2060]|[\u200b-\u200d\u2060]$/, 'has a zero-width character at an end: type or copy it anew'],
  [/^[^\S\ufeff]|[^\S\ufeff]$/, 'has white space at an end: take it away'],
  [/^["'`“”‘’]|["'`“”‘’]$/, 'has a quote at an end: take the quotes away'],
  [/^\\[nr]|\\[nr]$/, 'has a backslash and a letter for a line break at an end: take them away'],
  [/^v1,/, 'begins with "v1,", as a signature does: use the secret of the destination'],
  [/^(?:undefined|null)$/, 'reads undefined or null: the variable that it comes from was not set'],
];

/** What looks wrong with a secret, for a warning. Nothing here shows any part of it. */
export function odditiesOf(secret: string, isAuto: boolean): readonly string[] {
  const found = oddities.filter(([pattern]) => pattern.test(secret)).map(([, text]) => text);
  if (!isAuto || !isUndecodable(secret)) return found;
  return [...found, 'begins with "whsec_" and goes on with no base64 of 24 bytes: it is used as it is written'];
}
