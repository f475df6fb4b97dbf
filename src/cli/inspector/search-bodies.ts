import type { DeliveryLog } from './delivery-log';

/** Ids of the deliveries whose body contains a text, with the same upper and lower case. */
export function searchBodies(log: DeliveryLog, text: string): readonly number[] {
  if (text === '') return [];
  const bytes = Buffer.from(text, 'utf8');
  const ids: number[] = [];
  for (const { summary, request } of log.after(0)) {
    if (request.body.includes(bytes)) ids.push(summary.id);
  }
  return ids;
}
