import type { Command } from 'commander';
import type { JournalFilter, Outcome } from '../../index';
import { misuse } from '../failure';
import { parseList } from '../parse-list';
import { parseMoment } from './parse-moment';

/** Which deliveries, as given on the command line. */
export interface FilterOptions {
  readonly event?: readonly string[];
  readonly tenant?: string;
  readonly outcome?: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
  readonly key?: string;
}

/** Adds the options that name deliveries. */
export function addFilterOptions(command: Command): Command {
  return command
    .option('--event <names>', 'of these events, separated by commas', parseList)
    .option('--tenant <name>', 'of this tenant')
    .option('--outcome <names>', 'that ended so, such as failed,timeout', parseList)
    .option('--from <moment>', 'that came at 2026-11-26T09:00Z or later, or in the last 3d, 12h or 30m', asMoment)
    .option('--to <moment>', 'that came before', asMoment)
    .option('--key <key>', 'the one with this key');
}

/** Commander passes the value before it as a second argument, which is no clock. */
export function asMoment(text: string): Date {
  return parseMoment(text);
}

/** The receiver checks names of events and outcomes: it knows those of its own schemas, too. */
export function filterOf({ event, tenant, outcome, from, to, key }: FilterOptions): JournalFilter {
  if (from !== undefined && to !== undefined && from >= to) throw misuse('--from has to be before --to.');
  return { event, tenant, outcome: outcome as readonly Outcome[] | undefined, from, to, key };
}
