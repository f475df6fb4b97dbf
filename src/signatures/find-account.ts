import { randomBytes } from 'node:crypto';
import { type RawDelivery, Settled } from '../foundations/delivery';
import { printableTenant } from '../foundations/foreign-text';
import { isRecord } from '../foundations/is-record';
import { isThenable, type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import { awaitIt, show } from '../foundations/option-checks';
import { withinMs } from '../foundations/timeouts';
import { flawOfSecret } from './mac/secret-key';
import type { Account, SignaturePolicy, TenantSecret } from './policy';
import { needsKey } from './readings/header-reader';

/** Finds the account of a request. It calls the `secret` function, if there is one. */
export function findAccount(raw: RawDelivery, policy: SignaturePolicy): MaybePromise<Account | Settled> {
  const { secret } = policy;
  if (typeof secret !== 'function') return { tenant: undefined, secrets: secret };
  const found = recovered<unknown, Settled>(
    () => {
      const answer: unknown = secret({ headers: raw.headers, params: raw.params });
      return withinMs(answer, policy.answerTimeoutMs, 'The secret function');
    },
    (error) => failed('The secret function failed.', error),
  );
  return whenReady(found, (answer) => {
    if (answer instanceof Settled) return answer;
    // A getter of a model may decrypt, and throw.
    return recovered(
      () => accountOf(answer, needsKey(policy.scheme)),
      (error) => failed('Reading what the secret function returned failed.', error),
    );
  });
}

function failed(reason: string, cause: unknown): Settled {
  return new Settled('unavailable', { reason, cause, causeMayQuote: true });
}

/** Checks the result of the `secret` function every time, since it may come from a database. */
function accountOf(answer: unknown, isKey: boolean): Account | Settled {
  if (answer === undefined) return stranger('The secret function knows no such tenant.');
  if (!isRecord(answer)) return misconfigured(`not ${show(answer)}.`);
  const { tenant, secret } = answer as Partial<TenantSecret>;
  if (typeof tenant !== 'string') return misplaced(tenant, 'the tenant');
  // A request whose path or header names no tenant is a stranger's, and no mistake in the set-up.
  if (tenant === '') return stranger('The secret function returned no tenant name.');
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  // A mistake in the set-up: after a 401, as for an unknown tenant, the sender would not come again. Each is looked at, so
  // that none rejects unheard.
  const [unawaited] = secrets.filter(isThenable).map((each) => misplaced(each, 'the secret'));
  if (unawaited !== undefined) return unawaited;
  const usable = secrets.filter((each): each is string => flawOfSecret(each, isKey) === undefined);
  if (usable.length > 0) return { tenant, secrets: usable };
  return stranger(`The secret of tenant ${printableTenant(tenant)} is not usable: ${flawOfSecret(secrets[0], isKey)}.`);
}

/** Signs nothing, and costs as much as a tenant's: a key that decodes, as those of Standard Webhooks do. */
const dummySecret = `whsec_${randomBytes(32).toString('base64')}`;

/** An account that is refused after the same work as a wrong signature, so that time does not tell which tenants exist. */
function stranger(refusal: string): Account {
  return { tenant: undefined, secrets: [dummySecret], refusal };
}

function misplaced(value: unknown, place: string): Settled {
  return misconfigured(`not ${show(value)} as ${place}. ${awaitIt(value)}`.trimEnd());
}

function misconfigured(found: string): Settled {
  const reason = `The secret function must return { tenant, secret }, or undefined for an unknown tenant, ${found}`;
  return new Settled('misconfigured', { code: 'BAD_SECRET', reason });
}
