import bigmind from '../../dist/index.js';
import { secret, event as usual } from './deliveries.mjs';

/** Our receiver with one handler, and a way to receive deliveries that makes sure that all were handled. */
export function receiver({ handle = () => {}, event = usual, ...options } = {}) {
  const webhooks = bigmind.bigmindWebhooks({ secret, logger: false, ...options });
  let handled = 0;
  webhooks.on(event, (...delivered) => {
    handled += 1;
    return handle(...delivered);
  });
  async function receiveAll(deliveries, atOnce = 1) {
    const before = handled;
    if (atOnce === 1) for (const delivery of deliveries) await webhooks.receive(delivery);
    else {
      for (let start = 0; start < deliveries.length; start += atOnce) {
        await Promise.all(deliveries.slice(start, start + atOnce).map((delivery) => webhooks.receive(delivery)));
      }
    }
    if (handled - before !== deliveries.length) throw new Error('bench: a delivery was not handled');
  }
  return { webhooks, receiveAll };
}
