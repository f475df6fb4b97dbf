// `npm run chaos`: see scripts/chaos/run.mjs, which builds this and says where the program of the service is.
import { parseArgs } from 'node:util';
import { startPostgres } from '../kit/own-postgres';
import { startRedis } from '../kit/own-redis';
import { closeConnections } from '../kit/sender';
import { clockFaults } from './faults/clocks';
import { journalFaults } from './faults/journals';
import { networkFaults } from './faults/network';
import { postgresFaults } from './faults/postgres';
import { processFaults } from './faults/processes';
import { redisFaults } from './faults/redis';
import { endOf, lineOf, nameOf, type Result, resultOf, writePage } from './report';
import { type Ground, runScenario } from './run-scenario';
import type { Scenario } from './scenario';

const faults = [
  ...networkFaults,
  ...redisFaults,
  ...postgresFaults,
  ...journalFaults,
  ...processFaults,
  ...clockFaults,
];
const catalogue: readonly Scenario[] = faults.flatMap((fault) => fault.setups.map((setup) => ({ fault, setup })));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    jobs: { type: 'string' },
  },
});

/** `--only cut`, `--only BullMQ` and `--only "cut (BullMQ)"`, several one after the other. */
function chosen(): readonly Scenario[] {
  const names = [...values.only, ...positionals];
  for (const name of names) {
    if (!catalogue.some((scenario) => isMeant(scenario, name))) throw new Error(`--only: there is no ${name}.`);
  }
  return catalogue.filter((scenario) => {
    if (values.quick && !scenario.fault.quick?.includes(scenario.setup)) return false;
    return names.length === 0 || names.some((name) => isMeant(scenario, name));
  });
}

function isMeant(scenario: Scenario, name: string): boolean {
  return [scenario.fault.name, scenario.setup, nameOf(scenario)].includes(name);
}

async function runAll(scenarios: readonly Scenario[], ground: Ground): Promise<readonly Result[]> {
  const results = new Map<Scenario, Result>();
  async function runSome(pending: Iterable<Scenario>): Promise<void> {
    for (const scenario of pending) {
      const result = await resultOf(scenario, () => runScenario(scenario, ground));
      console.log(lineOf(result));
      results.set(scenario, result);
      if (!values.quick) writePage('docs/faults.md', catalogue, [...results.values()]);
    }
  }
  // Those of `--quick` wait more than they work.
  const jobs = Number(values.jobs ?? (values.quick ? 5 : 3));
  const pending = scenarios.values();
  await Promise.all(Array.from({ length: jobs }, () => runSome(pending)));
  const late = [...results.values()].filter(isOnlyLate).map(({ scenario }) => scenario);
  if (jobs > 1 && late.length > 0) {
    console.log('Once more, alone: beside others, these may have been late for want of a processor.');
    await runSome(late);
  }
  return [...results.values()];
}

/** What was lost, ran twice or said nothing counts at once. */
function isOnlyLate({ differences }: Result): boolean {
  return differences.length > 0 && differences.every((difference) => difference.endsWith(' later'));
}

async function main(): Promise<void> {
  const scenarios = chosen();
  if (values.list) {
    for (const scenario of scenarios) console.log(nameOf(scenario));
    return;
  }
  const started = performance.now();
  // Each server ends with us.
  process.setMaxListeners(100);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const [ledger, redis, postgres] = await Promise.all([
    startRedis('--appendfsync', 'no'),
    startRedis('--appendfsync', 'everysec'),
    startPostgres({ settings: ['max_connections=500'] }),
  ]);
  const ground = { redis, postgres, ledgerUrl: ledger.url, appFile: process.env['CHAOS_APP'] ?? '' };
  try {
    const results = await runAll(scenarios, ground);
    const seconds = Math.round((performance.now() - started) / 1000);
    const { words, code } = endOf(results, scenarios.length === catalogue.length);
    console.log(`${results.length} scenarios in ${seconds} s, ${words}`);
    process.exitCode = code;
  } finally {
    closeConnections();
    await Promise.all([ledger.remove(), redis.remove(), postgres.remove()]);
  }
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  // Also where a server of a scenario could not be started and hangs.
  .finally(() => process.exit());
