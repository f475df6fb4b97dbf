import type { EventName } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { secret } from './run-block';

/** What is sent to a block of a document, and what must become of it. */
export interface Scenario {
  /** @default 'README.md' */
  readonly document?: string;
  /** The first words of the block that tell it from the others. */
  readonly block: string;
  /** @default '/webhooks/bigmind' */
  readonly path?: string;
  readonly secret?: string;
  readonly send: readonly { readonly payload: unknown; readonly status: number }[];
  /** What its handlers write, one after the other. */
  readonly writes: readonly string[];
}

function sent(event: EventName, status = 200): { payload: unknown; status: number } {
  return { payload: examplePayload(event), status };
}

const invalid = { ...examplePayload('todo_created'), data: {} };
const warnings = [{ severity: 'high', warning: 'A competitor was named', reasoning: null }];

/** One for each block of these documents that receives deliveries. A line of it that is unique tells the block. */
export const scenarios: readonly Scenario[] = [
  {
    block: 'reads BIGMIND_WEBHOOK_SECRET',
    send: [sent('notes_created'), sent('todo_created'), sent('todo_updated'), { payload: invalid, status: 422 }],
    writes: ['to the CRM, once: note_abc123 idempotency key', 'todo_created Send', 'todo_updated Send', 'invalid'],
  },
  {
    block: 'verify: keepRawBody',
    send: [sent('summary_created'), sent('email_sent')],
    writes: ['summary of mtg_abc123'],
  },
  {
    block: 'your CRM',
    send: [sent('notes_created')],
    writes: ['A note for the CRM', 'notes_created 2025-10-10'],
  },
  {
    document: 'docs/handlers.md',
    block: 'const addNote: WebhookHandler',
    send: [
      sent('notes_created'),
      { payload: examplePayload('notes_created', { data: { note_type: 'warnings', content: warnings } }), status: 200 },
      sent('document_updated'),
      sent('scorecard_answers_created'),
    ],
    writes: [
      'Follow up on pricing discussion',
      'notes_created 2025-10-10',
      'A competitor was named',
      'Acme Corp - Summary',
      'Was budget discussed? yes',
      'Deal size estimate 8',
    ],
  },
  {
    document: 'docs/handlers.md',
    block: 'webhooks.onInvalid',
    send: [
      { payload: invalid, status: 200 },
      { payload: { event: 'deal_imagined' }, status: 200 },
    ],
    writes: ['"outcome":"quarantined"', 'An event that is new to us'],
  },
  {
    document: 'docs/handlers.md',
    block: 'eventSchema<DealClosed>',
    send: [
      { payload: { event: 'deal_closed', data: { deal_id: 'deal_101' } }, status: 200 },
      { payload: { event: 'deal_closed', data: {} }, status: 422 },
    ],
    writes: ['deal_101', '/data/deal_id'],
  },
  {
    // No Redis answers at the address that these blocks are given.
    block: 'queue: bullmqQueue({',
    send: [sent('summary_created', 503)],
    writes: ['"outcome":"unavailable"'],
  },
  { block: 'SIGTERM', send: [sent('email_sent')], writes: ['"outcome":"unhandled"'] },
  {
    block: 'signature: hmac({',
    send: [sent('notes_updated')],
    writes: ['2025-10-10T15:45:00.000Z'],
  },
  { block: 'Call Jane', send: [], writes: ['Call Jane', '200'] },
  { block: 'function POST', send: [sent('agent_run_completed')], writes: ['createTodo'] },
];

/** Sends what a scenario says, and a forgery, to a block that listens; the statuses it was answered with. */
export async function play(scenario: Scenario, port: number): Promise<number[]> {
  const url = `http://127.0.0.1:${port}${scenario.path ?? '/webhooks/bigmind'}`;
  const statuses: number[] = [];
  async function post(payload: unknown, signedWith: string): Promise<void> {
    const delivery = signDelivery({ payload, secret: signedWith });
    const { status } = await fetch(url, { method: 'POST', ...delivery });
    statuses.push(status);
  }
  for (const { payload } of scenario.send) await post(payload, scenario.secret ?? secret);
  await post({ ...examplePayload('notes_created'), forged: true }, 'another secret');
  return statuses;
}
