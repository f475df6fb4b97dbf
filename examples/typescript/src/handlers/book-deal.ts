import type { WebhookHandler } from 'bigmind-webhooks';
import type { Events } from '../schemas.js';

export const bookDeal: WebhookHandler<'deal_closed', unknown, Events> = ({ data }, { log }) => {
  if (data.amount === null) throw new Error(`Deal ${data.deal_id} has no amount yet`);
  log.info({ deal: data.deal_id, amount: data.amount }, 'A deal to book');
};
