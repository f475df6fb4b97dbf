import type { Command } from 'commander';
import { appCommand, appHelp } from '../app/app-command';
import type { ChosenOptions } from '../dead-letters/chosen-ids';
import { type DiscardOptions, discardLetters } from '../dead-letters/discard-letters';
import { type ListOptions, listLetters } from '../dead-letters/list-letters';
import { redriveLetters } from '../dead-letters/redrive-letters';
import { type ShowOptions, showLetter } from '../dead-letters/show-letter';
import type { Io } from '../io';
import { parseWhole } from '../parse-number';

const examples = `
${appHelp}

With --json: list prints a line {id, key, event, tenant, replayed, reason, attempts, failedAt, receivedAt} for each, show one with
{headers, params, locals, bytes} as well, and {body} in base64 with --body; redrive and discard print {"redriven": …, "missing": […]} and
{"discarded": …, "missing": […]}.

Examples:
  $ bigmind-webhooks dead-letters list --app ./webhooks.js
  $ bigmind-webhooks dead-letters show 4f1c --app ./webhooks.js
  $ bigmind-webhooks dead-letters redrive --all --app ./webhooks.js
  $ bigmind-webhooks dead-letters discard 4f1c 77ab --yes --app ./webhooks.js

Exit codes: 0 done, 1 an id is unknown or the queue does not answer, 2 used wrongly, 130 ended by Ctrl-C.
`;

/** `dead-letters`: lists, shows, redrives and discards deliveries whose attempts are used up. */
export function registerDeadLetters(program: Command, io: Io): void {
  const command = program
    .command('dead-letters')
    .summary('list, redrive and discard deliveries whose attempts are used up')
    .description('Works with the deliveries in the queue of your receiver whose attempts are used up.')
    .addHelpText('afterAll', examples);
  const add = (name: string, description: string): Command => appCommand(command, name, description);

  add('list', 'Lists dead letters, the newest first.')
    .option('--limit <number>', 'how many at most (default: all)', parseWhole(1, 999_999_999))
    .action((options: ListOptions) => listLetters(options, io));

  add('show', 'Shows a dead letter. Its payload holds the words of customers, and is shown only with --body.')
    .argument('<id>', 'as list shows it')
    .option('--body', 'show the payload, too')
    .action((id: string, options: ShowOptions) => showLetter(id, options, io));

  add('redrive', 'Gives dead letters all their attempts again. Handlers that succeeded do not run again.')
    .argument('[id...]', 'as list shows them')
    .option('--all', 'all that there are')
    .action((ids: string[], options: ChosenOptions) => redriveLetters(ids, options, io));

  add('discard', 'Deletes dead letters for good.')
    .argument('[id...]', 'as list shows them')
    .option('--all', 'all that there are')
    .option('--yes', 'do not ask; needed where no terminal is')
    .action((ids: string[], options: DiscardOptions) => discardLetters(ids, options, io));
}
