import { isWebhookError } from '../../foundations/errors';
import { fieldsOf } from '../../foundations/fields-of';
import type { JournalOfReceiver } from '../../index';
import { withApp } from '../app/open-app';
import { Failure, misuse } from '../failure';
import type { Io } from '../io';
import { visibleText } from '../visible-text';

/** Who is asked, for messages. */
export const theJournal = 'The journal';

/** Opens the journal of the receiver that a module exports, uses it and closes both. */
export async function withJournal(
  app: string,
  io: Io,
  use: (journal: JournalOfReceiver) => Promise<void>,
): Promise<void> {
  await withApp(app, io, async (webhooks) => {
    // A receiver of an older copy of the package.
    if (fieldsOf(webhooks)['journal'] === undefined)
      throw misuse('The receiver is of a version without journals: update it.');
    try {
      await use(webhooks.journal);
    } catch (error) {
      throw isWebhookError(error) && (error.code as string) === 'JOURNAL_IN_USE' ? inUse(error) : error;
    }
  });
}

function inUse({ message }: Error): Failure {
  return new Failure(
    `${visibleText(message)} If that is your app: stop it while this command runs, or call webhooks.journal inside it.`,
  );
}
