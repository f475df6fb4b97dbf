// The block about Nuxt and Nitro, in an app of h3 1.
import { createApp, toNodeListener } from 'h3';
import kit from './kit.cjs';

kit.watchConsole();
const { default: handler } = await import('./block.js');
await kit.proveServed(toNodeListener(createApp().use('/webhooks/bigmind', handler)), undefined, { slow: false });
