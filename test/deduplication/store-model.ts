import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DeliveryStore } from '../../src/index';

/** What the store is compared with: one delivery's record, kept as plainly as can be. */
export class StoreModel {
  holder: string | undefined;
  lapsed = false;
  leaseMs = 0;
  attempt = 0;
  succeeded = new Set<string>();
  done = false;

  claim(holder: string, leaseMs: number): 'done' | 'running' | { attempt: number; succeeded: string[] } {
    if (this.done) return 'done';
    // A lease that is longer than the one asked for counts as passed.
    if (this.holder !== undefined && !this.lapsed && this.leaseMs <= leaseMs) return 'running';
    [this.holder, this.lapsed, this.leaseMs, this.attempt] = [holder, false, leaseMs, this.attempt + 1];
    return { attempt: this.attempt, succeeded: [...this.succeeded].sort() };
  }
  end(holder: string | undefined, done: boolean): boolean {
    if (this.holder === undefined || holder !== this.holder) return false;
    [this.holder, this.done] = [undefined, done];
    return true;
  }
}

/** The store, and the tokens of the processes that use it, by process. */
export interface RealStore {
  readonly store: DeliveryStore;
  readonly key: string;
  readonly tokens: Map<string, string>;
  /** Lets a short lease pass. */
  pause(): Promise<void>;
}

export const longMs = 600_000;
export const shortMs = 10;

type Check = (model: StoreModel, real: RealStore) => Promise<void>;

function command(name: string, run: Check): fc.AsyncCommand<StoreModel, RealStore> {
  return { check: () => true, run, toString: () => name };
}

/** Whether the claim was given. */
async function claimAs(process: string, leaseMs: number, model: StoreModel, real: RealStore): Promise<boolean> {
  const answer = await real.store.claim(real.key, leaseMs, longMs);
  const expected = model.claim(process, leaseMs);
  if (typeof answer === 'object' && 'token' in answer) {
    real.tokens.set(process, answer.token);
    assert.deepEqual({ attempt: answer.attempt, succeeded: [...answer.succeeded].sort() }, expected);
    return true;
  }
  assert.equal(answer === 'done' ? 'done' : 'running', expected);
  return false;
}

/** Whether the model thinks that the process holds the claim: it has the token that the model knows as the newest. */
function holderOf(process: string, model: StoreModel, real: RealStore): string | undefined {
  return real.tokens.has(process) && model.holder === process ? process : undefined;
}

const tokenOf = (process: string, real: RealStore): string =>
  real.tokens.get(process) ?? '00000000-0000-4000-8000-000000000000';

const process = fc.constantFrom('p', 'q', 'r');
const handler = fc.constantFrom('notes_created', '*', 'a,b');

/** What processes do to a delivery: a crash is a process that forgets its token; a lease is long, or passed over. */
const commands = fc.commands(
  [
    process.map((p) => command(`${p} claims`, async (model, real) => void (await claimAs(p, longMs, model, real)))),
    process.map((p) =>
      command(`${p} claims and pauses past its lease`, async (model, real) => {
        if (!(await claimAs(p, shortMs, model, real))) return;
        await real.pause();
        model.lapsed = true;
      }),
    ),
    process.map((p) =>
      command(`${p} extends`, async (model, real) => {
        const held = holderOf(p, model, real) !== undefined;
        assert.equal(await real.store.extend(real.key, tokenOf(p, real), longMs), held);
        if (held) [model.lapsed, model.leaseMs] = [false, longMs];
      }),
    ),
    process.map((p) =>
      command(`${p} extends and pauses past its lease`, async (model, real) => {
        const held = holderOf(p, model, real) !== undefined;
        assert.equal(await real.store.extend(real.key, tokenOf(p, real), shortMs), held);
        if (!held) return;
        model.leaseMs = shortMs;
        await real.pause();
        model.lapsed = true;
      }),
    ),
    fc.tuple(process, handler).map(([p, name]) =>
      command(`${p} succeeds ${name}`, async (model, real) => {
        const held = holderOf(p, model, real) !== undefined;
        assert.equal(await real.store.succeeded(real.key, tokenOf(p, real), name, longMs), held);
        if (!model.done) model.succeeded.add(name);
      }),
    ),
    process.map((p) =>
      command(`${p} completes`, async (model, real) => {
        const held = model.end(holderOf(p, model, real), true);
        assert.equal(await real.store.complete(real.key, tokenOf(p, real), longMs), held);
      }),
    ),
    process.map((p) =>
      command(`${p} releases`, async (model, real) => {
        const held = model.end(holderOf(p, model, real), false);
        assert.equal(await real.store.release(real.key, tokenOf(p, real)), held);
      }),
    ),
    process.map((p) =>
      command(`${p} crashes`, async (_model, real) => {
        real.tokens.delete(p);
      }),
    ),
    fc.integer({ min: -86_400_000, max: 86_400_000 }).map((ms) =>
      command(`the client's clock jumps by ${ms} ms`, async () => {
        skewMs = ms;
      }),
    ),
  ],
  { maxCommands: 14 },
);

let skewMs = 0;

/** Lets `Date` go as wrong as the commands say, until the returned function is called. */
function skewableClock(): () => void {
  const { now } = Date;
  Date.now = () => now() + skewMs;
  return () => {
    Date.now = now;
  };
}

/**
 * Runs the commands against the store and the model, `runs` times, `atOnce` of them at once. `clock` says whether the
 * store has a clock of its own; one that runs in this process has not.
 */
export async function compareWithModel(
  runs: number,
  atOnce: number,
  makeReal: () => RealStore,
  clock: 'own' | 'ours' = 'own',
): Promise<void> {
  const { seed = 0 } = fc.readConfigureGlobal();
  const restoreClock = clock === 'own' ? skewableClock() : () => undefined;
  try {
    const shards = Array.from({ length: atOnce }, (_, shard) =>
      fc.assert(
        fc.asyncProperty(commands, (list) =>
          fc.asyncModelRun(() => ({ model: new StoreModel(), real: makeReal() }), list),
        ),
        { numRuns: Math.ceil(runs / atOnce), seed: seed + shard },
      ),
    );
    await Promise.all(shards);
  } finally {
    restoreClock();
    skewMs = 0;
  }
}
