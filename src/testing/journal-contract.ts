import { randomUUID } from 'node:crypto';
import type { Journal } from '../foundations/contracts/journal';
import { knownOptions, requireFunction } from '../foundations/option-checks';
import { type Check, type Promises, withBench } from './journal-promises/bench';
import { ending } from './journal-promises/ending';
import { finding } from './journal-promises/finding';
import { forgetting } from './journal-promises/forgetting';
import { keeping } from './journal-promises/keeping';
import { lasting } from './journal-promises/lasting';
import type { ContractCase } from './store-contract';

export interface JournalContractOptions {
  /**
   * Makes the journal for a case. Do not call its `open`; the case does. `namespace`, of letters, digits and `-`, is new
   * for each case, and the journal of a new one is empty. A case closes its journal and calls this again with the same
   * `namespace`: the second journal holds what the first has kept.
   */
  readonly journal: (namespace: string) => Journal | Promise<Journal>;
  /** Cleans up, after the case has closed its journal. @default nothing */
  readonly close?: ((namespace: string) => unknown) | undefined;
}

const known = { journal: true, close: true } satisfies Record<keyof JournalContractOptions, true>;

/**
 * The promises of every `Journal`, as cases for any test runner (Jest, Vitest, node:test): `for (const { name, run } of
 * journalContract({ journal })) test(name, run)`. Not covered: an entry outlives a crash, and a full disk or an
 * unreachable server rejects. Test these with the real one.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function journalContract(options: JournalContractOptions): readonly ContractCase[] {
  knownOptions(options, 'journalContract', known);
  requireFunction('journalContract.journal', options.journal);
  if (options.close !== undefined) requireFunction('journalContract.close', options.close);
  return promises.map(([name, check]) => ({ name, run: () => keep(check, options) }));
}

async function keep(check: Check, { journal, close }: JournalContractOptions): Promise<void> {
  const namespace = `contract-${randomUUID()}`;
  try {
    await withBench(async () => journal(namespace), check);
  } finally {
    await close?.(namespace);
  }
}

const promises: Promises = [...keeping, ...ending, ...finding, ...forgetting, ...lasting];
