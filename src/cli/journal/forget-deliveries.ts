import { answerOfMany } from '../app/answer';
import { confirm } from '../confirm';
import { exitCodes, Failure, misuse } from '../failure';
import type { Io } from '../io';
import { jsonLine } from '../json-line';
import { visibleText } from '../visible-text';
import { theJournal, withJournal } from './with-journal';

export interface ForgetOptions {
  readonly app: string;
  readonly key?: string;
  readonly tenant?: string;
  readonly before?: Date;
  readonly yes?: true;
  readonly json?: true;
}

type Forgotten = { readonly key: string } | { readonly tenant: string } | { readonly before: Date };

/** `journal forget`: removes deliveries for good. */
export async function forgetDeliveries(options: ForgetOptions, io: Io): Promise<void> {
  const { which, words } = chosen(options);
  await withJournal(options.app, io, async (journal) => {
    if (!options.yes && !(await confirm(`Remove ${words} from the journal for good?`, io))) {
      throw new Failure('Nothing was removed.');
    }
    const forgotten = await answerOfMany(journal.forget(which), theJournal, io, 'removed');
    if (forgotten === 0 && 'key' in which) io.setExitCode(exitCodes.refused);
    io.stdout.write(options.json ? jsonLine({ forgotten }) : `${forgotten} removed.\n`);
  });
}

function chosen({ key, tenant, before }: ForgetOptions): { readonly which: Forgotten; readonly words: string } {
  const named = [key, tenant, before].filter((each) => each !== undefined);
  if (named.length !== 1) throw misuse('Say what to remove: one of --key, --tenant and --before.');
  if (key !== undefined) return { which: { key }, words: `the delivery ${visibleText(key)}` };
  if (tenant !== undefined) return { which: { tenant }, words: `all of the tenant ${visibleText(tenant)}` };
  return { which: { before: before as Date }, words: `all that came before ${(before as Date).toISOString()}` };
}
