/**
 * Parses the address of an app or a receiver.
 *
 * @throws Error saying what was expected
 */
export function parseTarget(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error('expected an address that begins with http:// or https://');
  }
  if (url.username !== '' || url.password !== '') throw new Error('expected an address without user and password');
  return url;
}
