import {
  type BigmindWebhooks,
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  type FoundDelivery,
  memoryStore,
  type NoSchemas,
} from '../../../src';
import { examplePayload, type SignedDelivery, signDelivery } from '../../../src/testing';
import { wrapped } from '../../deduplication/kit';
import { secret } from '../receiver';
import { ArrayJournal } from './array-journal';

export { bigmindWebhooks } from '../../../src';
export { calm, gate, genuine, notedLog, secret, send, until, wrapped } from '../../deduplication/kit';
export { ArrayJournal, LiveJournal } from './array-journal';

export type Options = BigmindWebhooksOptions<NoSchemas, undefined>;

/** A receiver with a journal. */
export function withJournal(options: Options = {}, journal = new ArrayJournal()) {
  return { journal, webhooks: bigmindWebhooks({ secret, logger: false, journal, ...options }) };
}

export async function found(
  webhooks: BigmindWebhooks,
  filter?: Parameters<BigmindWebhooks['journal']['find']>[0],
): Promise<FoundDelivery[]> {
  const deliveries: FoundDelivery[] = [];
  for await (const delivery of webhooks.journal.find(filter)) deliveries.push(delivery);
  return deliveries;
}

/** A genuine delivery that is no event. */
export const signed = {
  malformed: (): SignedDelivery => signText(`{"event": ${counter++}`),
  invalid: (): SignedDelivery => signText(JSON.stringify({ event: 'notes_created', number: counter++ })),
  unknown: (): SignedDelivery => signText(JSON.stringify({ event: 'brand_new', number: counter++ })),
  todo: (): SignedDelivery =>
    signDelivery({ payload: examplePayload('todo_created', { data: { description: `todo ${counter++}` } }), secret }),
};
let counter = 0;

function signText(payload: string): SignedDelivery {
  return signDelivery({ payload, secret });
}

/** A store that may be away. */
export function shakyStore() {
  const store = memoryStore();
  const away = { is: false };
  const shaky = wrapped(store);
  shaky.claim = (...given) => {
    if (away.is) throw new Error('away');
    return store.claim(...given);
  };
  return { store: shaky, away };
}
