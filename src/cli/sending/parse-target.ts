import { misuse } from '../failure';

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

/**
 * Parses an address of the command line. Commander's own error would repeat it, and it may hold a password.
 *
 * @param source the option or variable that has it
 */
export function parseAddress(text: string, source: string): URL {
  try {
    return parseTarget(text);
  } catch (error) {
    throw misuse(`${source}: ${(error as Error).message}.`);
  }
}
