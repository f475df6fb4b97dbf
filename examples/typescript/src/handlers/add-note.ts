import { isWarningsNote, type WebhookHandler } from 'bigmind-webhooks';

export const addNote: WebhookHandler<'notes_created'> = ({ data }, { log }) => {
  // The guard narrows the content: a list of warnings in one branch, text in the other.
  if (isWarningsNote(data)) {
    log.info({ note: data.note_id, severities: data.content.map(({ severity }) => severity) }, 'Warnings to add');
  } else {
    log.info({ note: data.note_id, on: data.target_object_id }, 'A note to add');
  }
};
