import type { SignatureScheme } from '../foundations/contracts/signature-scheme';
import { WebhookError } from '../foundations/errors';
import { isThenable } from '../foundations/maybe-promise';
import { awaitIt, badOption } from '../foundations/option-checks';
import { secretIn, secretVariable } from '../foundations/secret-in';
import { flawOfSecret } from '../signatures/mac/secret-key';
import type { FindSecret, SecretSource } from '../signatures/policy';
import { needsKey } from '../signatures/readings/header-reader';

const missing =
  `No secret is configured. Set ${secretVariable} to the secret that Bigmind shows for your webhook destination, or pass ` +
  'bigmindWebhooks({ secret }). To receive unsigned deliveries, pass { signature: false }.';

/**
 * The secrets to try, or the function that finds them.
 *
 * @throws WebhookError `MISSING_SECRET`, `BAD_SECRET` or `BAD_OPTION`; none shows any part of a secret
 */
export function parseSecret(
  given: unknown,
  environment: NodeJS.ProcessEnv,
  scheme: SignatureScheme | undefined,
): SecretSource {
  const needed = scheme !== undefined;
  const isKey = needsKey(scheme);
  if (typeof given === 'function') return given as FindSecret;
  if (given === undefined) {
    const secret = secretIn(environment);
    if (secret !== undefined) return [usable(secretVariable, secret, isKey)];
    if (!needed) return [];
    throw new WebhookError('MISSING_SECRET', missing);
  }
  if (!Array.isArray(given)) return [usable('secret', given, isKey)];
  if (given.length === 0 && needed) {
    throw new WebhookError('BAD_SECRET', 'secret: expected at least one secret, got an empty array.');
  }
  return Array.from(given, (secret: unknown, index) => usable(`secret[${index}]`, secret, isKey));
}

function usable(path: string, secret: unknown, isKey: boolean): string {
  if (isThenable(secret)) throw badOption(path, 'its value', secret, awaitIt(secret));
  const flaw = flawOfSecret(secret, isKey);
  if (flaw === undefined) return secret as string;
  throw new WebhookError(
    'BAD_SECRET',
    `${path}: ${flaw}. Use the secret that Bigmind shows for the destination, whole and as it is.`,
  );
}
