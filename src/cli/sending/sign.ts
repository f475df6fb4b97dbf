import { randomUUID } from 'node:crypto';
import type { SignatureScheme } from '../../index';
import { misuse } from '../failure';

/**
 * The headers that sign bytes now.
 *
 * @param id delivery id, for schemes that sign one; a new one by default
 */
export function sign(
  scheme: SignatureScheme,
  secret: string,
  rawBody: Buffer,
  id = `msg_${randomUUID()}`,
): Record<string, string> {
  if (scheme.sign === undefined) throw misuse(`The scheme ${scheme.name} can only verify.`);
  return scheme.sign({ rawBody, secret, signedAt: Date.now(), id });
}
