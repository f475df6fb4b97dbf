// The block about Firebase, in the server of the functions framework, on which its emulator and its cloud run functions.
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import kit from './kit.cjs';

kit.watchConsole();
const { bigmind } = await import('./block.js');
http('bigmind', bigmind);
await kit.proveServed(getTestServer('bigmind'), '/', { slow: false });
process.exit(0);
