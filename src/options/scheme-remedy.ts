import { callIt } from '../foundations/option-checks';

/** How the schemes that people pass by name are made. */
const made: ReadonlyMap<unknown, string> = new Map([
  ['hmac', "hmac({ header: 'x-signature' })"],
  ['timestampedHmac', "timestampedHmac({ header: 'x-signature' })"],
  ['standardWebhooks', 'standardWebhooks()'],
]);

/** What to write in place of a `signature` that is no scheme. */
export function schemeRemedy(given: unknown): string {
  const line = made.get(given);
  if (line === undefined)
    return callIt(given, "hmac({ header: 'x-signature' }); a scheme of your own is { name, verify }");
  return `Import the function and call it: signature: ${line}.`;
}
