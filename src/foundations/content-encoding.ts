/** The longest that is read, in characters. Senders write a name or two, and each name of a stranger's costs a look-up. */
export const longestEncoding = 200;

/**
 * Whether a `Content-Encoding` leaves the body's bytes unchanged. Some senders write an empty one, or a character set.
 * It may be a list, and a repeated header is joined to one.
 */
export function isIdentityEncoding(encoding: string): boolean {
  return encoding.length <= longestEncoding && encoding.split(',').every(isIdentity);
}

function isIdentity(coding: string): boolean {
  const name = coding.trim().toLowerCase();
  return name === '' || name === 'identity' || isCharacterSet(name);
}

function isCharacterSet(name: string): boolean {
  try {
    new TextDecoder(name);
    return true;
  } catch {
    return false;
  }
}
