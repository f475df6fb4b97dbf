import { Readable } from 'node:stream';
import type { Io, Output } from '../../src/cli/io';
import { run } from '../../src/cli/run';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Place {
  readonly env?: Io['env'];
  readonly stdin?: string;
  readonly columns?: number;
}

/** Runs a command in this process, as far from a terminal as a pipe is. */
export async function runHere(
  args: readonly string[],
  { env = {}, stdin = '', columns = 80 }: Place = {},
): Promise<Run> {
  const written = { stdout: '', stderr: '' };
  let code = 0;
  const outputTo = (name: 'stdout' | 'stderr'): Output => ({
    write(text) {
      written[name] += text;
    },
    drained: () => Promise.resolve(),
    isTerminal: false,
    isRedrawn: false,
    columns,
    paint: (_style, text) => text,
  });
  await run(args, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: outputTo('stdout'),
    stderr: outputTo('stderr'),
    env,
    interrupted: new AbortController().signal,
    finishUnread: () => undefined,
    endByInterruption: () => undefined,
    setExitCode(given) {
      code = given;
    },
  });
  return { code, ...written };
}
