// An empty folder far from every node_modules, and what a newcomer does in it: commands are run by a shell, as they are printed.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export function makeHome(variables) {
  const home = mkdtempSync(join(tmpdir(), 'compatibility-newcomer-'));
  // The bench runs with CI set, and what is started by npm has more: a newcomer has none of it.
  const inherited = Object.entries(process.env).filter(([name]) => name !== 'CI' && !/^npm_/i.test(name));
  const env = { ...Object.fromEntries(inherited), XDG_STATE_HOME: join(home, 'state'), ...variables };
  const started = [];
  return {
    path: home,

    /** What a command printed to standard output. */
    run(command, cwd = home) {
      const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd, env, encoding: 'utf8' });
      if (status === 0) return stdout;
      throw new Error(`${command}: exit code ${status}\n${stdout}\n${stderr}`);
    },

    /** Starts a program; `prints` resolves to its first line with some words. */
    start(command, { cwd = home, ...more } = {}) {
      const child = spawn('bash', ['-c', command], {
        cwd,
        env: { ...env, ...more },
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      started.push(child);
      const lines = [];
      createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
      return {
        async prints(words) {
          const deadline = Date.now() + 60_000;
          for (;;) {
            const found = lines.find((line) => line.includes(words));
            if (found !== undefined) return found;
            if (Date.now() > deadline) throw new Error(`It did not print ${words}:\n${lines.join('\n')}`);
            await new Promise((again) => setTimeout(again, 50));
          }
        },
      };
    },

    async remove() {
      for (const { pid } of started) endGroup(pid);
      // What was just killed may still write. On Node 20, rmSync does not look into a folder again.
      await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

export async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}
