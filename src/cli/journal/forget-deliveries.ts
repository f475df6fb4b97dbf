import { isWebhookError } from '../../foundations/errors';
import type { JournalOfReceiver } from '../../index';
import { answerOf } from '../app/answer';
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

/** A journal writes its files or tables anew without them. */
const patienceMs = 3_600_000;

/** `journal forget`: removes deliveries for good. */
export async function forgetDeliveries(options: ForgetOptions, io: Io): Promise<void> {
  const { which, words } = chosen(options);
  await withJournal(options.app, io, async (journal) => {
    if (!options.yes && !(await confirm(`Remove ${words} from the journal for good?`, io))) {
      throw new Failure('Nothing was removed.');
    }
    const forgotten = await forgetAll(journal, which, io);
    if (forgotten === 0 && 'key' in which) io.setExitCode(exitCodes.refused);
    io.stdout.write(options.json ? jsonLine({ forgotten }) : `${forgotten} removed.\n`);
  });
}

async function forgetAll(journal: JournalOfReceiver, which: Forgotten, io: Io): Promise<number> {
  try {
    return await answerOf(journal.forget(which), theJournal, io, patienceMs);
  } catch (error) {
    // A journal says how many they were when it is through.
    if (!isWebhookError(error)) io.stderr.write('It ended early: some may be removed. The same command goes on.\n');
    throw error;
  }
}

function chosen({ key, tenant, before }: ForgetOptions): { readonly which: Forgotten; readonly words: string } {
  const named = [key, tenant, before].filter((each) => each !== undefined);
  if (named.length !== 1) throw misuse('Say what to remove: one of --key, --tenant and --before.');
  if (key !== undefined) return { which: { key }, words: `the delivery ${visibleText(key)}` };
  if (tenant !== undefined) return { which: { tenant }, words: `all of the tenant ${visibleText(tenant)}` };
  return { which: { before: before as Date }, words: `all that came before ${(before as Date).toISOString()}` };
}
