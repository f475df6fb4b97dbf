import type { Failure } from './failure';
import type { Io } from './io';
import { lineWidth, wrapText } from './wrap';

/** Prints what went wrong, for people. */
export function tellFailure({ message }: Failure, { stderr }: Pick<Io, 'stderr'>): void {
  const text = wrapText(`error: ${message}`, lineWidth(stderr)).slice('error:'.length);
  stderr.write(`${stderr.paint('red', 'error:')}${text}\n`);
}
