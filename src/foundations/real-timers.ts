import timers from 'node:timers';
import { onlyOnce } from './only-once';

// A test with fake timers should still get an answer, and have its connections closed. Some fakes replace the functions
// of this module, too; so those of the time of loading are kept.
const { setImmediate, setTimeout, clearTimeout } = timers;

/** Whether the clock was replaced since this module was loaded. Then one of the two is fake, and nobody knows which. */
const isReplaced = (): boolean => timers.setTimeout !== setTimeout || timers.setImmediate !== setImmediate;

/** Calls `act` at the end of this turn of the event loop. */
export function atEndOfTurn(act: () => void): void {
  if (!isReplaced()) {
    setImmediate(act);
    return;
  }
  const once = onlyOnce(act);
  setImmediate(once);
  timers.setImmediate(once);
}

/** Calls `act` after `ms`. Returns a function that prevents it. It does not keep the process alive, unless asked to. */
export function afterMs(
  ms: number,
  act: () => void,
  { keepsAlive = false }: { readonly keepsAlive?: boolean } = {},
): () => void {
  const once = onlyOnce(act);
  const { setTimeout: setOther, clearTimeout: clearOther } = timers;
  const timer = setTimeout(once, ms);
  const other = isReplaced() ? setOther(once, ms) : undefined;
  if (!keepsAlive) for (const each of [timer, other]) each?.unref();
  return () => {
    clearTimeout(timer);
    if (other !== undefined) clearOther(other);
  };
}
