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
    options: optionsOf([command, ...command.commands]),
    words: [
      ...command.commands.map((subcommand) => subcommand.name()),
      ...command.registeredArguments.flatMap(
        (argument) => argument.argChoices ?? (argument.name() === 'event' ? eventNames : []),
      ),
    ],
    takesFiles: command.registeredArguments.some((argument) => /^(?:file|folder)$/.test(argument.name())),
  }));
}

/** The options of a command and its subcommands, each once: which subcommand it is, is not looked at. */
function optionsOf(commands: readonly Command[]): readonly OptionWords[] {
  const options = new Map(commands.flatMap((command) => command.options.map((option) => [option.flags, option])));
  return [...options.values()].map(({ short, long, description, argChoices, required, optional }) => ({
    flags: [short, long].filter((flag) => flag !== undefined),
    description,
    values: required || optional ? (argChoices ?? (/^--events?$/.test(long ?? '') ? eventNames : [])) : undefined,
  }));
}
