import type { Fleet } from '../../kit/fleet';
import { pause } from '../../kit/sender';
import type { EngineServer } from './servers';

export interface Trouble {
  readonly crashes: number;
  readonly serverCrashes: number;
}

const betweenMs = 1000;
const longestOutageMs = 500;
/** On a machine that is slow, the rest is sent in peace. */
const mostTroubleMs = 40_000;

/** Kills processes and the server about every second each, and starts them again, until `peace`, for 40 s at most. */
export async function makeTrouble(fleet: Fleet, server: EngineServer, peace: Promise<unknown>): Promise<Trouble> {
  const trouble = { crashes: 0, serverCrashes: 0 };
  const end = performance.now() + mostTroubleMs;
  let isOver = false;
  const over = peace.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  const goesOn = (): boolean => !isOver && performance.now() < end;
  const someTime = (): Promise<unknown> => Promise.race([over, pause(betweenMs * (0.5 + Math.random()))]);

  async function killProcesses(): Promise<void> {
    for (await someTime(); goesOn(); await someTime()) {
      await fleet.crash(trouble.crashes % fleet.size);
      trouble.crashes += 1;
    }
  }
  async function killServer(): Promise<void> {
    for (await someTime(); goesOn(); await someTime()) {
      await server.kill();
      await pause(Math.random() * longestOutageMs);
      await server.start();
      trouble.serverCrashes += 1;
    }
  }
  await Promise.all([killProcesses(), killServer()]);
  return trouble;
}
