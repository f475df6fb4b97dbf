import type { Command } from 'commander';

/** Adds a command that works with a user's own receiver. */
export function appCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .requiredOption('--app <module>', 'your module that exports the receiver, such as ./webhooks.js')
    .option('--json', 'print JSON');
}
