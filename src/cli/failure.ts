/** Exit codes: `refused` when something was found wrong or not accepted, `misused` when the command was given wrongly. */
export const exitCodes = { done: 0, refused: 1, misused: 2, interrupted: 130, terminated: 143 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a person can put right: it ends the command with its message, and without a stack trace. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.refused) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command was given wrongly: exit code 2. */
export function misuse(message: string): Failure {
  return new Failure(message, exitCodes.misused);
}
