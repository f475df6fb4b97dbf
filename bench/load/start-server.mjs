import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts one of `servers/` in a process of its own. `ask()` resolves to what it has to say of itself. */
export async function startServer(name) {
  const child = fork(fileURLToPath(new URL(`../servers/${name}.mjs`, import.meta.url)), { execArgv: [] });
  let stopped = false;
  child.on('exit', (code) => {
    if (!stopped) throw new Error(`bench: the server ${name} ended with exit code ${code}`);
  });
  const [{ port }] = await once(child, 'message');
  return {
    port,
    async ask() {
      child.send('tell');
      const [answer] = await once(child, 'message');
      return answer;
    },
    stop() {
      stopped = true;
      child.kill();
    },
  };
}
