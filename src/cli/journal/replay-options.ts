import type { FilterOptions } from './filter-options';

/** How to replay, as given on the command line. */
export interface ReplayOptions extends FilterOptions {
  readonly app: string;
  readonly handlers?: readonly string[];
  readonly dryRun?: true;
  readonly force?: true;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly name?: string;
  readonly json?: true;
}
