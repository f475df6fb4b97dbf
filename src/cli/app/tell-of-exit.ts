import { writeSync } from 'node:fs';
import { exitCodes } from '../failure';
import { visibleText } from '../visible-text';

/**
 * Until the returned function is called, a user's module that ends the process is named, and the exit code is no success:
 * the command is not done.
 */
export function tellOfExit(path: string): () => void {
  const exit = process.exit.bind(process);
  process.exit = (given = process.exitCode) => {
    // The process has no time for a stream.
    writeSync(2, `error: --app ${visibleText(path)} ended the process before the command was done.\n`);
    return exit(Number(given ?? exitCodes.done) === exitCodes.done ? exitCodes.refused : given);
  };
  return () => {
    process.exit = exit;
  };
}
