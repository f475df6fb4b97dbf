import { knownOptions, requireFunction, wholeNumber } from '../foundations/option-checks';
import type { DeliveryStore } from '../index';
import { makeBench, type Promises } from './store-promises/bench';
import { claiming } from './store-promises/claiming';
import { finishing } from './store-promises/finishing';
import { progress } from './store-promises/progress';

/** One promise of the contract; `run` rejects if it is broken. */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

export interface StoreContractOptions {
  /** The store under test. Called once for each case, so it may be shared or fresh. */
  readonly store: () => DeliveryStore | Promise<DeliveryStore>;
  /** The lease that some cases wait for, in milliseconds; longer than a call of the store takes. @default 100 */
  readonly shortLeaseMs?: number | undefined;
}

const known = { store: true, shortLeaseMs: true } satisfies Record<keyof StoreContractOptions, true>;

/**
 * The promises of every `DeliveryStore`, as cases for any test runner (Jest, Vitest, node:test): `for (const { name,
 * run } of storeContract({ store })) test(name, run)`. Each case uses its own key, so the store need not be empty.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function storeContract(options: StoreContractOptions): readonly ContractCase[] {
  knownOptions(options, 'storeContract', known);
  const { store, shortLeaseMs = 100 } = options;
  requireFunction('storeContract.store', store);
  wholeNumber('storeContract.shortLeaseMs', shortLeaseMs, 1);
  return promises.map(([name, check]) => ({
    name,
    run: async () => check(makeBench(await store(), shortLeaseMs)),
  }));
}

const promises: Promises = [...claiming, ...finishing, ...progress];
