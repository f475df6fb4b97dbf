/**
 * Whether a `Content-Encoding` leaves the body's bytes unchanged. Some senders write an empty one, or a character set.
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
