import type { Readable } from 'node:stream';
import { styleText } from 'node:util';
import { type ExitCode, exitCodes } from './failure';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

/** Where a command writes. */
export interface Output {
  write(text: string): void;
  /** Resolves when the reader has taken enough of it, so that what waits for a slow one does not grow. */
  drained(): Promise<void>;
  /** Whether a person reads it. Progress is shown to people only. */
  readonly isTerminal: boolean;
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
  /** Aborted by Ctrl-C or SIGTERM. A command then finishes what cannot wait, sums up and returns. */
  readonly interrupted: AbortSignal;
  /** From here on, the command is interrupted where its output is closed, and not ended in the middle of something. */
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

/** The real process. */
export function processIo(): ProcessIo {
  const interruption = new AbortController();
  let exitCode: ExitCode = exitCodes.done;
  let isEndedBySignal = false;
  const end = (code: ExitCode): void => {
    exitCode = code;
    process.exitCode = code;
  };
  // Once each: a second Ctrl-C ends the process at once.
  for (const [signal, code] of [
    ['SIGINT', exitCodes.interrupted],
    ['SIGTERM', exitCodes.terminated],
  ] as const) {
    process.once(signal, () => {
      isEndedBySignal = true;
      end(code);
      interruption.abort();
    });
  }
  // A command with --app replaces it, for what its module calls.
  const exit = process.exit.bind(process);
  let endUnread = (): void => exit(exitCodes.done);
  endWhenClosed(process.stdout, exit, () => endUnread());
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
    setExitCode(code) {
      if (!isEndedBySignal) end(code);
    },
    endByInterruption() {
      end(exitCodes.done);
    },
    exitCode: () => exitCode,
  };
}

/** `| head -1` closes our output once it has its line. That is no failure, and the command may end. */
function endWhenClosed(stream: NodeJS.WriteStream, exit: typeof process.exit, end: () => void): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The second is of what is written later.
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') end();
    else exit(exitCodes.refused);
  });
}

function outputTo(stream: NodeJS.WriteStream, environment: Environment): Output {
  const isTerminal = stream.isTTY ?? false;
  const coloured = isTerminal && isColourWanted(environment);
  return {
    write: (text) => void stream.write(text),
    drained: () => drained(stream),
    isTerminal,
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
function isColourWanted({ NO_COLOR, TERM }: Environment): boolean {
  return (NO_COLOR ?? '') === '' && TERM !== 'dumb';
}
