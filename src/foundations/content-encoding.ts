/**
 * Whether a `Content-Encoding` leaves the bytes of the body as they are. Some senders write an empty one, or the name of
 * a character set.
 */
export function isIdentityEncoding(encoding: string): boolean {
  const name = encoding.trim().toLowerCase();
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
