import type { Command } from 'commander';

/** Explains `--app`, for the help of the commands that have it. */
export const appHelp = `--app names your own module, CommonJS or ES, that exports the receiver: as default, as webhooks, or as its only export
that is one. It may export a promise of it. It must not listen. What it logs goes to standard error.`;

/** Adds a command that works with a user's own receiver. */
export function appCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .requiredOption('--app <module>', 'your module that exports the receiver, such as ./webhooks.js')
    .option('--json', 'print JSON');
}
