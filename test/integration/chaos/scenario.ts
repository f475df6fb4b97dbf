import type { SignedDelivery } from '../../../src/testing/index';
import type { Fleet } from '../kit/fleet';
import type { AppConfig } from './app';
import type { Place, Servers } from './places';
import type { SetupName } from './setup';

/** What the documentation promises of a fault. What is left out of a row is promised as `promised` says. */
export interface Expected {
  /** Deliveries that were answered 2xx and that a handler never handled. */
  readonly lost: 0 | 'not promised';
  /** Runs of a handler that began after its success had been recorded. */
  readonly twice: 0 | 'not promised';
  /** The longest until each web process answers 2xx again. */
  readonly answersS: number;
  /** The longest until a delivery that came since is handled. */
  readonly handlesS: number;
  /** The longest until a delivery is handled, from when it was sent first or the fault was over. */
  readonly allS: number;
  /** How many of the requests during the fault are answered 2xx, at least, from 0 to 1. */
  readonly servesDuring?: number;
  /** Memory of a process over what it had before the fault, while that lasts. */
  readonly duringMb?: number;
  /** How many of the deliveries that were answered 2xx have their end in the journal; all of them are in it. */
  readonly ends?: 'all' | 'not promised';
  /** A line of the log that says what is wrong. */
  readonly says?: RegExp;
}

export const promised: Expected = { lost: 0, twice: 0, answersS: 10, handlesS: 10, allS: 30 };

export function expectedOf({ fault, setup }: Scenario): Expected {
  return { ...promised, ...(hasJournal(setup) ? { ends: 'all' } : {}), ...fault.expected?.(setup) };
}

/** A delivery of a run. */
export interface Sent {
  readonly firstAt: number;
  readonly note: SignedDelivery;
  acknowledged: boolean;
}

/** What was seen. */
export interface Seen {
  readonly sent: number;
  readonly lost: number;
  readonly twice: number;
  readonly answersS: number;
  readonly handlesS: number;
  readonly allS: number;
  readonly servedDuring: number;
  readonly overIdleMb: number;
  /** The part of it that was there before the fault ended: what comes afterwards is deliveries that were kept waiting. */
  readonly duringMb: number;
  readonly said: string | undefined;
  /** Deliveries that were never answered 2xx. */
  readonly givenUp: number;
  /** How processes ended that nobody had told to, and those that were told to and did not end with 0. */
  readonly fallen: readonly string[];
  readonly outcomes: Readonly<Record<string, number>>;
  /** Of a set-up with a journal. */
  readonly journal?: JournalSeen | undefined;
}

export interface JournalSeen {
  readonly kept: number;
  /** Answered 2xx and not in it. */
  readonly missing: number;
  /** With other bytes than those that were sent, or more than once. */
  readonly damaged: number;
  /** Answered 2xx, and how they ended is unknown. */
  readonly withoutEnd: number;
}

export interface Load {
  readonly perSecond: number;
  readonly bytes: number;
  /** Before the fault. */
  readonly warmUpMs: number;
  /** How long the sender waits before it repeats. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** Where a fault happens. */
export interface Stage {
  readonly setup: SetupName;
  readonly place: Place;
  readonly fleet: Fleet;
  /** Indices of the processes that answer, and of those that run handlers. */
  readonly webs: readonly number[];
  readonly handling: readonly number[];
  /** Times are counted from here: the end of the fault, or its beginning if nobody ends it. */
  mark(): void;
}

/** A fault and the setups that it concerns, each a scenario. */
export interface Fault {
  readonly name: string;
  /** For the table. */
  readonly words: string;
  readonly setups: readonly SetupName[];
  /** Those that `--quick` runs. */
  readonly quick?: readonly SetupName[];
  readonly load?: Partial<Load>;
  readonly app?: Partial<AppConfig>;
  /** Programs that have to be installed. */
  readonly needs?: () => string | undefined;
  open?(setup: SetupName, servers: Servers): Promise<Place>;
  expected?(setup: SetupName): Partial<Expected>;
  apply(stage: Stage): Promise<unknown>;
}

export interface Scenario {
  readonly fault: Fault;
  readonly setup: SetupName;
}

export const redisSetups = ['redisStore, ioredis', 'redisStore, node-redis', 'BullMQ'] as const;
export const postgresSetups = ['postgresStore', 'pg-boss', 'postgresJournal'] as const;
export const serverSetups = [...redisSetups, ...postgresSetups] as const;
export const allSetups = ['memory', 'fileJournal', ...serverSetups] as const;

export const isQueue = (setup: SetupName): boolean => setup === 'BullMQ' || setup === 'pg-boss';
export const usesPostgres = (setup: SetupName): boolean => postgresSetups.some((name) => name === setup);
export const hasJournal = (setup: SetupName): boolean => setup === 'fileJournal' || setup === 'postgresJournal';
/** What is recorded as done ends with its process. */
export const isForgetful = (setup: SetupName): boolean => setup === 'memory' || setup === 'fileJournal';
