import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import type { Besieged, Toll } from '../apps/besieged';
import type { Attack, Ends } from '../apps/strangers';
import { type Bundle, bundle } from '../kit/bundle';
import { closeConnections, outcomeOf, pause, post, secret, signedNote } from '../kit/sender';

export interface HostileReport {
  readonly connections: number;
  readonly seconds: number;
  /** How much of this machine others used as well: runnable processes, averaged over a minute. */
  readonly load: number;
  /** Whether the receiver ran on a core of its own. */
  readonly pinned: boolean;
  readonly ends: Ends;
  readonly overIdleMb: number;
  readonly peakHeapMb: number;
  readonly peakBuffersMb: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  readonly ownDelayP99Ms: number;
  readonly ownDelayMaxMs: number;
  readonly cpuSeconds: number;
  readonly outcomes: Toll['outcomes'];
  readonly genuine: Genuine;
}

export interface Siege {
  readonly connections: number;
  /** How many are open at once, at most. */
  readonly atOnce: number;
  readonly readTimeoutMs: number;
  /** Whether the receiver gets a core of its own, if the machine can do that: strangers have machines of theirs. */
  readonly pinned: boolean;
}

interface Genuine {
  readonly sent: number;
  /** Handled once and answered so, at the first attempt or a repeat. */
  readonly handledOnce: number;
  readonly answered503: number;
  /** Attempts that got any other answer, or none. */
  readonly other: Readonly<Record<string, number>>;
  /** How long after the end of the attack the last was handled. */
  readonly lastAfterMs: number;
}

/** Attacks a receiver of its own process from another, sends it genuine deliveries meanwhile, and says what it took. */
export async function hostile({ connections, atOnce, readTimeoutMs, pinned }: Siege): Promise<HostileReport> {
  const receiver = await bundle({ entry: 'test/integration/apps/besieged.ts' });
  const strangers = await bundle({ entry: 'test/integration/apps/strangers.ts' });
  const cores = pinned ? twoSetsOfCores() : undefined;
  const server = start(receiver, { secret, readTimeoutMs }, cores?.own);
  try {
    const [at] = (await once(server, 'message')) as [Besieged];
    // What is compiled and loaded by the first deliveries is no memory of the attack.
    for (let sent = 0; sent < 200; sent += 1) await post(at.port, signedNote(`warm-up-${sent}`));
    await ask(server, 'begin');
    const started = performance.now();
    const attack: Attack = { ...at, connections, atOnce, mostMs: 2.5 * readTimeoutMs };
    const attacker = start(strangers, attack, cores?.others);
    let isOver = false;
    const ended = endsOf(attacker).finally(() => {
      isOver = true;
    });
    const sending = sendMeanwhile(at.port, () => isOver);
    const ends = await ended;
    const seconds = (performance.now() - started) / 1000;
    const genuine = await sending;
    const toll = (await ask(server, 'toll')) as Toll;
    const { idleMb, peakMb, handled, ...taken } = toll;
    const handledOnce = genuine.ids.filter((id) => handled[id] === 1).length;
    const { ids, ...others } = genuine;
    return {
      connections,
      seconds,
      load: loadavg()[0] ?? 0,
      pinned: cores !== undefined,
      ends,
      overIdleMb: peakMb - idleMb,
      ...taken,
      genuine: { sent: ids.length, handledOnce, ...others },
    };
  } finally {
    server.kill('SIGKILL');
    closeConnections();
    receiver.remove();
    strangers.remove();
  }
}

/** The first core, and all others; `undefined` where processes cannot be kept on them. */
function twoSetsOfCores(): { readonly own: string; readonly others: string } | undefined {
  const cores = { own: '0', others: `1-${cpus().length - 1}` };
  const canKeep = Object.values(cores).every((list) => spawnSync('taskset', ['-c', list, 'true']).status === 0);
  return canKeep ? cores : undefined;
}

function start({ file }: Bundle, config: object, cores?: string): ChildProcess {
  const { PATH } = process.env;
  const command =
    cores === undefined ? { execArgv: [] } : { execPath: 'taskset', execArgv: ['-c', cores, process.execPath] };
  const child = fork(file, { ...command, env: { PATH, RECEIVER: JSON.stringify(config) } });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

async function ask(child: ChildProcess, question: string): Promise<unknown> {
  child.send(question);
  const [answer] = (await once(child, 'message')) as [unknown];
  return answer;
}

async function endsOf(attacker: ChildProcess): Promise<Ends> {
  const ended = once(attacker, 'exit').then((): never => {
    throw new Error('The strangers ended before their attack did.');
  });
  ended.catch(() => undefined);
  await Promise.race([once(attacker, 'message'), ended]);
  const [ends] = (await Promise.race([once(attacker, 'message'), ended])) as [Ends];
  return ends;
}

/** Sends genuine deliveries until the attack is over, and then, again, those that were put off. */
async function sendMeanwhile(port: number, isOver: () => boolean) {
  const ids: string[] = [];
  const waiting = new Set<string>();
  const other: Record<string, number> = {};
  let answered503 = 0;
  async function send(id: string): Promise<void> {
    const reply = await post(port, signedNote(id), 30_000);
    const outcome = outcomeOf(reply) ?? 'no answer';
    if (outcome === 'processed' || outcome === 'duplicate') waiting.delete(id);
    else if (reply.status === 503) answered503 += 1;
    else other[outcome] = (other[outcome] ?? 0) + 1;
  }
  while (!isOver()) {
    const id = `genuine-${ids.length}`;
    ids.push(id);
    waiting.add(id);
    await send(id);
    await pause(100);
  }
  const over = performance.now();
  while (waiting.size > 0 && performance.now() - over < 60_000) {
    for (const id of waiting) await send(id);
    if (waiting.size > 0) await pause(1000);
  }
  return { ids, answered503, other, lastAfterMs: performance.now() - over };
}
