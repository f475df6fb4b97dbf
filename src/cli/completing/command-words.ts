import type { Command } from 'commander';
import { eventNames } from '../../index';

/** What may follow a command, read from Commander's own description of it. */
export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** Words that may stand for its argument. */
  readonly words: readonly string[];
  /** Whether files and folders may. */
  readonly takesFiles: boolean;
}

interface OptionWords {
  readonly flags: readonly string[];
  readonly description: string;
  /** Its possible values; `undefined` if it takes none, empty if any will do. */
  readonly values: readonly string[] | undefined;
}

export function wordsOf(program: Command): readonly CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: command.options.map(({ short, long, description, argChoices, ...option }) => ({
      flags: [short, long].filter((flag) => flag !== undefined),
      description,
      values:
        option.required || option.optional
          ? (argChoices ?? (/^--events?$/.test(long ?? '') ? eventNames : []))
          : undefined,
    })),
    words: command.registeredArguments.flatMap(
      (argument) => argument.argChoices ?? (argument.name() === 'event' ? eventNames : []),
    ),
    takesFiles: command.registeredArguments.some((argument) => /^(?:file|folder)$/.test(argument.name())),
  }));
}
