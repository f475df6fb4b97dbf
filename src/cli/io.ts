import type { Readable } from 'node:stream';
import { styleText } from 'node:util';
import { type ExitCode, exitCodes } from './failure';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

/** Where a command writes. */
export interface Output {
  write(text: string): void;
  /** Whether a person looks at it: progress is for them alone. */
  readonly isTerminal: boolean;
  /** Width in characters. */
  readonly columns: number;
  /** The text in a style, on a terminal whose user did not set `NO_COLOR`; else as it is. */
  paint(style: Style, text: string): string;
}

/** All that a command knows of the process it runs in, so that tests can run it without one. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C or SIGTERM: finish what cannot be left, sum up, and return. */
  readonly interrupted: AbortSignal;
  /** The exit code of the process, if nothing worse happens. */
  setExitCode(code: ExitCode): void;
}

type Environment = Io['env'];

/** The process itself. */
export function processIo(): Io {
  const interruption = new AbortController();
  // Once each: who presses Ctrl-C a second time wants the process gone.
  for (const [signal, code] of [
    ['SIGINT', exitCodes.interrupted],
    ['SIGTERM', exitCodes.terminated],
  ] as const) {
    process.once(signal, () => {
      process.exitCode = code;
      interruption.abort();
    });
  }
  endQuietlyWhenClosed(process.stdout);
  // Nobody is left to be told.
  process.stderr.on('error', () => undefined);
  return {
    stdin: process.stdin,
    stdout: outputTo(process.stdout, process.env),
    stderr: outputTo(process.stderr, process.env),
    env: process.env,
    interrupted: interruption.signal,
    setExitCode(code) {
      if (!interruption.signal.aborted) process.exitCode = code;
    },
  };
}

/** `| head -1` closes our output when it has enough: that is no failure, and there is nothing left to do. */
function endQuietlyWhenClosed(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.refused);
  });
}

function outputTo(stream: NodeJS.WriteStream, environment: Environment): Output {
  const isTerminal = stream.isTTY ?? false;
  const coloured = isTerminal && isColourWanted(environment);
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    get columns() {
      // A terminal may say that it has none.
      return stream.columns || 80;
    },
    paint: (style, text) => (coloured ? styleText(style, text) : text),
  };
}

/** https://no-color.org: any value but an empty one says no. */
function isColourWanted({ NO_COLOR, TERM }: Environment): boolean {
  return (NO_COLOR ?? '') === '' && TERM !== 'dumb';
}
