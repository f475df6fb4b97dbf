import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const mostMs = 5000;

/**
 * Starts one of `servers/` in a process of its own. `ask()` resolves to what it has to say of itself. With `logs`, what
 * it writes to stdout goes to a file, as in `node app.js > app.log`, and `logged(count)` waits for so many new lines.
 */
export async function startServer(name, { args = [], logs = false } = {}) {
  const log = logs ? logFile() : undefined;
  const script = fileURLToPath(new URL(`../servers/${name}.mjs`, import.meta.url));
  const child = fork(script, args, { execArgv: [], stdio: ['ignore', log?.descriptor ?? 'inherit', 'inherit', 'ipc'] });
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
    logged: log?.logged,
    stop() {
      stopped = true;
      child.kill();
    },
  };
}

function logFile() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-log-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const descriptor = openSync(join(folder, 'app.log'), 'a+');
  const chunk = Buffer.alloc(65_536);
  let position = 0;
  function newLines() {
    let lines = 0;
    for (let read = readOn(); read > 0; read = readOn()) {
      for (let at = chunk.indexOf('\n'); at >= 0 && at < read; at = chunk.indexOf('\n', at + 1)) lines += 1;
    }
    return lines;
  }
  function readOn() {
    const read = readSync(descriptor, chunk, 0, chunk.length, position);
    position += read;
    return read;
  }
  /** pino writes a moment after the answer. */
  async function logged(count) {
    const start = performance.now();
    let lines = newLines();
    while (lines < count) {
      if (performance.now() - start > mostMs) throw new Error(`bench: ${lines} of ${count} requests were logged`);
      await pause(5);
      lines += newLines();
    }
  }
  return { descriptor, logged };
}
