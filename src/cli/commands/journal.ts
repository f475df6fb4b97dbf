import type { Command } from 'commander';
import { appCommand, appHelp } from '../app/app-command';
import type { Io } from '../io';
import { addFilterOptions, asMoment } from '../journal/filter-options';
import { type FindOptions, findDeliveries } from '../journal/find-deliveries';
import { type ForgetOptions, forgetDeliveries } from '../journal/forget-deliveries';
import { replayDeliveries } from '../journal/replay-deliveries';
import type { ReplayOptions } from '../journal/replay-options';
import { type StatsOptions, showStats } from '../journal/show-stats';
import { parseNames } from '../parse-list';
import { parseRate, parseWhole } from '../parse-number';

const examples = `
${appHelp}

Moments are 3d, 12h or 30m (ago), 2026-11-26 or 2026-11-26T09:00Z, in UTC unless they say otherwise.

With --json: find prints a line {key, event, tenant, scheme, receivedAt, outcome, succeeded, endedAt, headers, params,
bytes} for each, and the body in base64 with --body; replay prints lines {"type":"progress", …} and one {"type":"summary", …};
stats prints {entries, bytes, oldest, newest, unreadable}; forget prints {forgotten}.

Examples:
  $ bigmind-webhooks journal find --outcome failed,timeout --from 3d --app ./webhooks.js
  $ bigmind-webhooks journal replay --event notes_created --from 3d --dry-run --app ./webhooks.js
  $ bigmind-webhooks journal replay --handlers warehouse --rate 50 --name fill-warehouse --app ./webhooks.js
  $ bigmind-webhooks journal forget --tenant acme --yes --app ./webhooks.js

Exit codes: 0 done, 1 a handler failed or the journal does not answer, 2 used wrongly, 130 ended by Ctrl-C.
`;

/** `journal`: finds deliveries that were kept, and runs them again. */
export function registerJournal(program: Command, io: Io): void {
  const command = program
    .command('journal')
    .summary('find deliveries that were kept, and run them again')
    .description('Works with the deliveries that the journal of your receiver keeps.')
    .addHelpText('afterAll', examples);
  const add = (name: string, description: string): Command => appCommand(command, name, description);

  addFilterOptions(add('find', 'Lists deliveries, the oldest first. Payloads hold the words of customers: see --body.'))
    .option('--newest', 'the newest first')
    .option('--limit <number>', 'how many at most (default: all)', parseWhole(1, 999_999_999))
    .option('--body', 'with --json, print the payload, too')
    .action((options: FindOptions) => findDeliveries(options, io));

  addFilterOptions(add('replay', 'Runs deliveries again, the oldest first. Handlers that are done are passed over.'))
    .option('--handlers <names>', 'run only these, separated by commas; \\, in a name (default: all)', parseNames)
    .option('--dry-run', 'run nothing, and count what would run')
    .option('--force', 'run handlers again that are done')
    .option('--rate <number>', 'deliveries a second, at most', parseRate)
    .option('--concurrency <number>', 'how many run at once (default: 4)', parseWhole(1, 1000))
    .option('--name <name>', 'go on where the replay of this name was')
    .action((options: ReplayOptions) => replayDeliveries(options, io));

  add('stats', 'Says what the journal holds.').action((options: StatsOptions) => showStats(options, io));

  add('forget', 'Removes deliveries for good.')
    .option('--key <key>', 'the one with this key')
    .option('--tenant <name>', 'all of this tenant')
    .option('--before <moment>', 'all that came before', asMoment)
    .option('--yes', 'do not ask; needed where no terminal is')
    .action((options: ForgetOptions) => forgetDeliveries(options, io));
}
