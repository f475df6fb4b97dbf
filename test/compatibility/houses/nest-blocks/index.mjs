// The blocks about NestJS.
import 'reflect-metadata';
import kit from './kit.cjs';

kit.watchConsole();
const port = kit.freePort();
await import('./block.js');
await kit.prove(kit.toPort(await port), { slow: false });
process.exit(0);
