// A receiver as users write it in TypeScript. It is compiled in every module mode.
import { createServer } from 'node:http';
import {
  type BigmindEventMap,
  type BigmindWebhooks,
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  eventSchema,
  type WebhookHandler,
} from 'bigmind-webhooks';
import { postgresStore } from 'bigmind-webhooks/postgres';
import { redisStore } from 'bigmind-webhooks/redis';
import { examplePayload, signDelivery } from 'bigmind-webhooks/testing';

interface DealClosed {
  event: 'deal_closed';
  deal_id: string;
}

const options: BigmindWebhooksOptions = { logger: false, limit: undefined };

const addNote: WebhookHandler<'notes_created'> = (event) => console.log(event.data.note_id);

function make(): BigmindWebhooks {
  return bigmindWebhooks(options);
}

class Service {
  readonly webhooks: BigmindWebhooks = bigmindWebhooks();
  #lazy: BigmindWebhooks | undefined;

  lazy(): BigmindWebhooks {
    this.#lazy ??= bigmindWebhooks();
    return this.#lazy;
  }
}

function register(webhooks: BigmindWebhooks): BigmindWebhooks {
  return webhooks.on('notes_created', addNote);
}

export const annotated: BigmindWebhooks = bigmindWebhooks();
export const webhooks = register(make());
export const service = new Service();
export const extended = bigmindWebhooks({ schemas: { deal_closed: eventSchema<DealClosed>({}) } });
extended.on('deal_closed', (event) => console.log(event.deal_id));
export const stores = [postgresStore, redisStore];

// @ts-expect-error an event that is none
export const wrongEvent = () => webhooks.on('notes_create', () => {});
// @ts-expect-error a property that is none
export const wrongProperty = (event: BigmindEventMap['notes_created']) => event.data.note_idd;

export const server = createServer(webhooks.router);
export const delivery = signDelivery({ payload: examplePayload('notes_created'), secret: 'a secret' });
