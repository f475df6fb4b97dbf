import { Argument, type Command } from 'commander';
import { wordsOf } from '../completing/command-words';
import { completionScript, type Shell, shells } from '../completing/scripts';
import type { Io } from '../io';

const examples = `
The script completes commands, options, their values and names of events, where bigmind-webhooks is a command of the shell.

Examples:
  $ source <(bigmind-webhooks completion bash)
  $ bigmind-webhooks completion bash >> ~/.bashrc
  $ bigmind-webhooks completion zsh >> ~/.zshrc
  $ bigmind-webhooks completion fish > ~/.config/fish/completions/bigmind-webhooks.fish

Exit codes: 0 done, 2 used wrongly.
`;

/** `completion`: prints a script that completes the command in a shell. */
export function registerCompletion(program: Command, io: Io): void {
  program
    .command('completion')
    .summary('print a script that completes commands in a shell')
    .description('Prints a script that completes commands, options and names of events.')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText('after', examples)
    .action((shell: Shell) => io.stdout.write(completionScript(shell, program.name(), wordsOf(program))));
}
