import { holdsCredential } from '../foundations/credential-headers';
import { badOption, headerNamesOf } from '../foundations/option-checks';

/**
 * Reads the option `keepHeaders`: names in lower case.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseKeepHeaders(given: unknown, signatureHeaders: readonly string[]): readonly string[] {
  const names = headerNamesOf('keepHeaders', given);
  for (const [index, name] of names.entries()) {
    if (!holdsCredential(name) && !signatureHeaders.includes(name)) continue;
    throw badOption(`keepHeaders[${index}]`, 'a header that is no signature, cookie or Authorization', name);
  }
  return names;
}
