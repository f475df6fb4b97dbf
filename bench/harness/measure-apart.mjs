import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const apart = fileURLToPath(new URL('apart.mjs', import.meta.url));

/** Measures one group of the list in a process of its own. */
export async function measureApart(index) {
  const started = Date.now();
  const child = fork(apart, [String(index)], { execArgv: ['--expose-gc'] });
  let measured;
  child.on('message', (message) => {
    measured = message;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0 || measured === undefined) throw new Error(`bench: group ${index} ended with exit code ${code}`);
  console.log(`${measured.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return measured;
}
