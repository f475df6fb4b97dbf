import type { SignatureScheme } from '../foundations/contracts/signature-scheme';
import { badWord, callIt, headerNamesOf, requireFunction, requireText, wrapIt } from '../foundations/option-checks';
import { auto } from '../signatures/schemes/auto';

const example = "hmac({ header: 'x-signature' })";
/** How the schemes that people pass by name are made. */
const made: ReadonlyMap<unknown, string> = new Map([
  ['hmac', example],
  ['timestampedHmac', "timestampedHmac({ header: 'x-signature' })"],
  ['standardWebhooks', 'standardWebhooks()'],
]);

/** The checked option `signature`. */
export interface Signature {
  /** `undefined` if it is off. */
  readonly scheme: SignatureScheme | undefined;
  /** Names of the headers with the signatures of a pinned scheme, in lower case. */
  readonly signatureHeaders: readonly string[];
}

/**
 * Reads the option `signature`.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseSignature(signature: unknown): Signature {
  if (signature === undefined || signature === 'auto') return { scheme: auto, signatureHeaders: [] };
  if (signature === false) return { scheme: undefined, signatureHeaders: [] };
  if (typeof signature !== 'object' || signature === null) {
    throw badWord('signature', "'auto', false or a scheme", signature, remedyFor(signature));
  }
  const scheme = signature as Partial<SignatureScheme>;
  if ('header' in scheme && scheme.verify === undefined) {
    throw wrapIt('signature', 'the options of one', `signature: ${example}`);
  }
  requireText('signature.name', scheme.name);
  requireFunction('signature.verify', scheme.verify);
  if (scheme.maySign !== undefined) requireFunction('signature.maySign', scheme.maySign);
  if (scheme.looksFor !== undefined) requireText('signature.looksFor', scheme.looksFor);
  const { signatureHeaders = [] } = scheme;
  return {
    scheme: signature as SignatureScheme,
    signatureHeaders: headerNamesOf('signature.signatureHeaders', signatureHeaders),
  };
}

/** What to write in place of what is no scheme. */
function remedyFor(given: unknown): string {
  const line = made.get(given);
  if (line !== undefined) return `Import the function and call it: signature: ${line}.`;
  return callIt(given, `${example}; a scheme of your own is { name, verify }`) || `Write signature: ${example}.`;
}
