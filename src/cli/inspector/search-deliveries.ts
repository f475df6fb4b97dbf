import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeliveryLog, LoggedDelivery } from './delivery-log';

/** After so many bytes, others get a turn: deliveries come meanwhile. */
const turnBytes = 1024 * 1024;

/** Ids of the deliveries whose headers, key or body contain a text, in upper or lower case. */
export async function searchDeliveries(log: DeliveryLog, text: string): Promise<readonly number[]> {
  if (text === '') return [];
  const sought = text.toLowerCase();
  const ids: number[] = [];
  let looked = 0;
  for (const logged of [...log.after(0)]) {
    if (contains(logged, sought)) ids.push(logged.summary.id);
    looked += logged.request.body.length;
    if (looked < turnBytes) continue;
    looked = 0;
    await nextTurn();
  }
  return ids;
}

function contains({ request, key = '' }: LoggedDelivery, sought: string): boolean {
  const { headers, body } = request;
  const named = Object.entries(headers).some(([name, value]) => `${name}: ${value}`.toLowerCase().includes(sought));
  return named || key.includes(sought) || body.toString('utf8').toLowerCase().includes(sought);
}
