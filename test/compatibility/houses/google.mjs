// The block about Cloud Functions, in the server of the functions framework.
import { getTestServer } from '@google-cloud/functions-framework/testing';
import kit from './kit.cjs';

kit.watchConsole();
await import('./block.js');
await kit.proveServed(getTestServer('bigmind'), '/', { slow: false });
