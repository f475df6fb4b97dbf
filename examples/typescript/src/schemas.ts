import { type EventsWith, eventSchema } from 'bigmind-webhooks';

/** An event that this package does not know, as a vendor may add one, or you agree on one with them. */
export interface DealClosed {
  event: 'deal_closed';
  data: { deal_id: string; amount: number | null };
  timestamp: string;
}

export const schemas = {
  deal_closed: eventSchema<DealClosed>({
    type: 'object',
    required: ['event', 'data', 'timestamp'],
    properties: {
      event: { const: 'deal_closed' },
      data: {
        type: 'object',
        required: ['deal_id', 'amount'],
        properties: { deal_id: { type: 'string', minLength: 1 }, amount: { type: ['number', 'null'] } },
      },
      timestamp: { type: 'string', format: 'date-time' },
    },
  }),
};

/** Bigmind's events and those above. */
export type Events = EventsWith<typeof schemas>;
