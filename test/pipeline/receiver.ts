import { type Logger as PinoLogger, pino } from 'pino';
import { type BigmindWebhooksOptions, bigmindWebhooks, type HandlerContext, type NoSchemas } from '../../src/index';
import { examplePayload, type SignedDelivery, signDelivery } from '../../src/testing';

export const secret = 'a secret of the tests';

/** A receiver that notes what its handler saw. */
export function receiver(options: BigmindWebhooksOptions<NoSchemas, undefined> = {}) {
  const handled: { readonly event: unknown; readonly context: HandlerContext<undefined> }[] = [];
  const webhooks = bigmindWebhooks({ secret, logger: false, ...options });
  return {
    webhooks,
    handled,
    note: (event: unknown, context: HandlerContext<undefined>) => void handled.push({ event, context }),
  };
}

/** A receiver whose `*` handler notes every event. */
export function noting(options: BigmindWebhooksOptions<NoSchemas, undefined> = {}) {
  const made = receiver(options);
  made.webhooks.on('*', made.note);
  return made;
}

/** A pino logger whose lines are noted, parsed. */
export function notedLog(level = 'trace'): { readonly logger: PinoLogger; readonly lines: object[] } {
  const lines: object[] = [];
  return { lines, logger: pino({ level }, { write: (line: string) => void lines.push(JSON.parse(line) as object) }) };
}

/** A genuine delivery, another one each time. */
export function genuine(): SignedDelivery {
  return signDelivery({ payload: examplePayload('notes_created', { data: { content: `note ${counter++}` } }), secret });
}
let counter = 0;
