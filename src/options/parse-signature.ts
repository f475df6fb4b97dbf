import type { SignatureScheme } from '../foundations/contracts/signature-scheme';
import { badWord, headerNamesOf, requireFunction, requireText, wrapIt } from '../foundations/option-checks';
import { auto } from '../signatures/schemes/auto';
import { schemeRemedy } from './scheme-remedy';

const example = "hmac({ header: 'x-signature' })";

/**
 * Reads the option `signature`; `undefined` if it is off.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseSignature(signature: unknown): SignatureScheme | undefined {
  if (signature === undefined || signature === 'auto') return auto;
  if (signature === false) return undefined;
  if (typeof signature !== 'object' || signature === null) {
    const remedy = schemeRemedy(signature) || `Write signature: ${example}.`;
    throw badWord('signature', "'auto', false or a scheme", signature, remedy);
  }
  const scheme = signature as Partial<SignatureScheme>;
  if ('header' in scheme && scheme.verify === undefined) {
    throw wrapIt('signature', 'the options of one', `signature: ${example}`);
  }
  requireText('signature.name', scheme.name);
  requireFunction('signature.verify', scheme.verify);
  if (scheme.maySign !== undefined) requireFunction('signature.maySign', scheme.maySign);
  if (scheme.looksFor !== undefined) requireText('signature.looksFor', scheme.looksFor);
  if (scheme.signatureHeaders !== undefined) headerNamesOf('signature.signatureHeaders', scheme.signatureHeaders);
  return signature as SignatureScheme;
}
