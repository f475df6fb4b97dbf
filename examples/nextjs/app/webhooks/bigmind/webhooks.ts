import { bigmindWebhooks } from 'bigmind-webhooks';

function makeWebhooks() {
  const webhooks = bigmindWebhooks();
  webhooks.on('summary_created', (event, { log }) => {
    log.info({ meeting: event.data.meeting_id }, 'A summary to post');
  });
  webhooks.on(['notes_created', 'notes_updated'], (event, { log }) => {
    log.info({ note: event.data.note_id }, 'A note to copy into the CRM');
  });
  return webhooks;
}

let made: ReturnType<typeof makeWebhooks> | undefined;

/** Made at the first request: `next build` loads every route, and the secret need not be there then. */
export function getWebhooks(): ReturnType<typeof makeWebhooks> {
  made ??= makeWebhooks();
  return made;
}
