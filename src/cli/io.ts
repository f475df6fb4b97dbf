import type { Readable } from 'node:stream';
import { styleText } from 'node:util';
import { type ExitCode, exitCodes } from './failure';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

/** Where a command writes. */
export interface Output {
  write(text: string): void;
  /**
   * Resolves when the reader has taken enough, so that no output piles up for a slow one. A loop that awaits it also
   * notices signals, and a reader that has gone.
   */
  drained(): Promise<void>;
  /** Whether a person reads it. */
  readonly isTerminal: boolean;
  /** Whether a line of it can be drawn over. Progress is shown there. */
  readonly isRedrawn: boolean;
  /** Width in characters. */
  readonly columns: number;
  /** Styles a text on a terminal, unless `NO_COLOR` is set. Anywhere else the text stays plain. */
  paint(style: Style, text: string): string;
}

/** The process as a command sees it. Tests pass their own. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by {@link endSignals}. A command then finishes what cannot wait, sums up and returns. */
  readonly interrupted: AbortSignal;
  /** From here on, the command is interrupted where its output fails, and not ended in the middle of something. */
  finishUnread(): void;
  /** Sets the exit code. A signal keeps its own. */
  setExitCode(code: ExitCode): void;
  /** Ends with 0 although Ctrl-C came: it is the usual end of this command. */
  endByInterruption(): void;
}

/** What the process itself needs. */
export interface ProcessIo extends Io {
  /** A module of `--app` may set `process.exitCode`, which is of its own end. */
  readonly exitCode: () => ExitCode;
}

type Environment = Io['env'];

/** The signals that end a command, each with its exit code. SIGHUP says that the terminal is gone. */
export const endSignals = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
} as const;

/** The real process. */
export function processIo(): ProcessIo {
  const interruption = new AbortController();
  let exitCode: ExitCode = exitCodes.done;
  let isEndedBySignal = false;
  const end = (code: ExitCode): void => {
    exitCode = code;
    process.exitCode = code;
  };
  const interruptBy = (code: ExitCode): void => {
    isEndedBySignal = true;
    end(code);
    interruption.abort();
  };
  onEndSignals((signal) => interruptBy(endSignals[signal]));
  // The shell and the system each send one when a terminal is closed. Nobody means more by the second.
  process.on('SIGHUP', () => interruptBy(endSignals.SIGHUP));
  const setExitCode = (code: ExitCode): void => {
    if (!isEndedBySignal) end(code);
  };
  // A command with --app replaces it, for what its module calls.
  const exit = process.exit.bind(process);
  let endUnread = (): void => exit(exitCode);
  let isBroken = false;
  onceUnwritable(process.stdout, (error) => {
    isBroken = !isClosed(error);
    if (isBroken) process.stderr.write(`error: Standard output cannot be written: ${error.message}.\n`);
    setExitCode(isBroken ? exitCodes.refused : exitCodes.done);
    endUnread();
  });
  // There is no place left to report the error.
  process.stderr.on('error', () => undefined);
  return {
    stdin: process.stdin,
    stdout: outputTo(process.stdout, process.env),
    stderr: outputTo(process.stderr, process.env),
    env: process.env,
    interrupted: interruption.signal,
    finishUnread() {
      endUnread = () => interruption.abort();
    },
    setExitCode,
    endByInterruption() {
      if (!isBroken) end(exitCodes.done);
    },
    exitCode: () => exitCode,
  };
}

/** How long after a signal the same one may be its echo, in milliseconds. */
const echoMs = 1000;

type PromptSignal = 'SIGINT' | 'SIGTERM';

/**
 * The first signal interrupts, and a second one of either kind ends the process at once. Under `npx` one Ctrl-C comes
 * twice: from the terminal, and from npm, which got it too.
 */
function onEndSignals(interrupt: (signal: PromptSignal) => void): void {
  let first: { readonly signal: PromptSignal; readonly at: number } | undefined;
  const take = (signal: PromptSignal): void => {
    if (first === undefined) {
      first = { signal, at: performance.now() };
      interrupt(signal);
    } else if (signal !== first.signal || performance.now() - first.at > echoMs) {
      // Also those that a user's module has added.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  };
  process.on('SIGINT', take).on('SIGTERM', take);
}

/** The errors after the first are of what is written later. */
function onceUnwritable(stream: NodeJS.WriteStream, end: (error: NodeJS.ErrnoException) => void): void {
  stream.once('error', end).on('error', () => undefined);
}

/**
 * `| head -1` closes our output once it has its line. That is no failure, and the command may end. A terminal that is gone
 * answers with EIO.
 */
function isClosed({ code = '' }: NodeJS.ErrnoException): boolean {
  return ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'].includes(code);
}

/** How long a loop may run between two turns of everything else, in milliseconds. */
const turnEvery = 50;

function outputTo(stream: NodeJS.WriteStream, environment: Environment): Output {
  const isTerminal = stream.isTTY ?? false;
  const isRedrawn = isTerminal && environment['TERM'] !== 'dumb';
  const coloured = isRedrawn && isColourWanted(environment);
  let turnAt = performance.now();
  return {
    write: (text) => void stream.write(text),
    async drained() {
      if (performance.now() - turnAt >= turnEvery) {
        await new Promise(setImmediate);
        turnAt = performance.now();
      }
      await drained(stream);
    },
    isTerminal,
    isRedrawn,
    get columns() {
      // Some terminals report 0 columns.
      return stream.columns || 80;
    },
    paint: (style, text) => (coloured ? styleText(style, text) : text),
  };
}

/** Once it is closed, nothing waits for it any more. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (!stream.writableNeedDrain || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      stream.off('drain', end).off('close', end);
      resolve();
    };
    stream.on('drain', end).on('close', end);
  });
}

/** https://no-color.org: any value except an empty one turns colour off. */
function isColourWanted({ NO_COLOR = '' }: Environment): boolean {
  return NO_COLOR === '';
}
