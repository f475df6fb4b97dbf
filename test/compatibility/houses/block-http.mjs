// A block of the documents that listens by itself: its handler writes to the console. Its argument is the path.
import kit from './kit.cjs';

kit.watchConsole();
const port = kit.freePort();
await import('./block.js');
await kit.prove(kit.toPort(await port, process.argv[2] ?? '/webhooks/bigmind'), { slow: false });
process.exit(0);
