import type { ExitCode } from './failure';

/**
 * Ends the process once all that was written is out, whatever a user's module holds open. The streams are those of the
 * start: a command with `--app` gives its module another standard output.
 */
export async function endProcess(code: () => ExitCode, ...streams: readonly NodeJS.WriteStream[]): Promise<never> {
  await Promise.all(streams.map(flushed));
  process.exit(code());
}

/** An error counts as written: there is nobody left to read. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
