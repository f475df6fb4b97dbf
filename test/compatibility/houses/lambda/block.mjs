// The block about AWS Lambda, with every shape of event.
import events from './events.cjs';
import kit from './kit.cjs';

kit.watchConsole();
const { handler } = await import('./block.js');
for (const { eventOf } of events.events) {
  await kit.prove(async (delivery) => (await handler(eventOf(delivery))).statusCode, { slow: false });
}
kit.proved(`${events.events.length} shapes of events`);
