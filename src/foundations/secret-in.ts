/** The variable of the environment that holds the secret, unless one is passed. */
export const secretVariable = 'BIGMIND_WEBHOOK_SECRET';

/** The secret in the environment; `undefined` if it is not set, or blank. */
export function secretIn(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const secret = environment[secretVariable];
  return secret === undefined || secret.trim() === '' ? undefined : secret;
}
