/** Exit codes. `refused`: something is invalid or was not accepted. `misused`: the command line is wrong. */
export const exitCodes = { done: 0, refused: 1, misused: 2, hungUp: 129, interrupted: 130, terminated: 143 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An error that the user can correct. It ends the command with its message and without a stack trace. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.refused) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The failure of a wrong command line: exit code 2. */
export function misuse(message: string): Failure {
  return new Failure(message, exitCodes.misused);
}
