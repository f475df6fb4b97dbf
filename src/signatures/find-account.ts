import { type RawDelivery, Settled } from '../foundations/delivery';
import { type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import { withinMs } from '../foundations/timeouts';
import { flawOfSecret } from './mac/secret-key';
import type { SignaturePolicy, TenantSecret } from './policy';
import { refuse } from './refusal';

/** A tenant and its usable secrets. The tenant is `undefined` unless `secret` is a function. */
export interface Account {
  readonly tenant: string | undefined;
  readonly secrets: readonly string[];
}

/** Finds the account of a request. It calls the `secret` function, if there is one. */
export function findAccount(raw: RawDelivery, policy: SignaturePolicy): MaybePromise<Account | Settled> {
  const { secret } = policy;
  if (typeof secret !== 'function') return { tenant: undefined, secrets: secret };
  const found = recovered<unknown, Settled>(
    () => {
      const answer: unknown = secret({ headers: raw.headers, params: raw.params });
      return withinMs(answer, policy.answerTimeoutMs, 'The secret function');
    },
    (error) => new Settled('unavailable', { reason: 'The secret function failed.', cause: error }),
  );
  return whenReady(found, (answer) => (answer instanceof Settled ? answer : accountOf(answer as TenantSecret)));
}

/** Checks the result of the `secret` function every time, since it may come from a database. */
function accountOf(answer: TenantSecret | undefined): Account | Settled {
  if (answer === undefined || answer === null) return refuse('The secret function knows no such tenant.');
  const { tenant, secret } = answer;
  if (typeof tenant !== 'string' || tenant === '') return refuse('The secret function returned no tenant name.');
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  const usable = secrets.filter((each): each is string => flawOfSecret(each) === undefined);
  if (usable.length === 0) return refuse(`The secret of tenant ${tenant} is not usable: ${flawOfSecret(secrets[0])}.`);
  return { tenant, secrets: usable };
}
