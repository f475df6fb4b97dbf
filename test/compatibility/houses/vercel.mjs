// The block about Vercel's functions with a request and a response, in the server of `vercel dev`. By default its helpers read the
// body, parse it, and put its bytes back. Started again with an argument, it is that server.
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import kit from './kit.cjs';

const [, program, mode] = process.argv;
if (mode === undefined) {
  for (const each of ['helpers', 'plain']) {
    const { status } = spawnSync(process.execPath, [program, each], { stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }
} else {
  const listening = new Promise((resolve) => {
    // The server tells its port when it has loaded the function.
    process.send = ({ port }) => resolve(port);
  });
  process.env.VERCEL_DEV_ENTRYPOINT = 'block.js';
  process.env.VERCEL_DEV_CONFIG = JSON.stringify({ helpers: mode === 'helpers' });
  kit.watchConsole();
  const builder = import.meta.resolve('@vercel/node');
  await import(new URL('dev-server.mjs', pathToFileURL(new URL(builder).pathname)));
  await kit.prove(kit.toPort(await listening, '/api/bigmind'), { slow: false });
  kit.proved(mode === 'helpers' ? 'with helpers' : 'without helpers');
  process.exit(0);
}
