import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** @default 100 */
  readonly columns?: number;
}

/** A program that runs on a terminal of its own. */
export interface OnTerminal {
  /** What it has shown so far, without the carriage returns of its line ends. */
  shown(): string;
  /** Presses keys: `\u0003` is Ctrl-C, `\t` the tabulator. */
  type(keys: string): void;
  /** Resolves when something is shown; rejects with all that is, if that takes more than 40 s. */
  shows(words: string | RegExp): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly shown: string }>;
}

/**
 * A test that needs a terminal. Where none can be made, as on other systems than Linux, it is skipped, and its title says
 * why. In CI it fails there: nothing is skipped unseen.
 */
export function testOnTerminal(title: string, body: () => Promise<void>): void {
  if (makesTerminals() || process.env['CI'] !== undefined) test(title, body);
  else test.skip(`${title} (skipped: it needs the program \`script\` of util-linux)`, body);
}

function makesTerminals(): boolean {
  return /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');
}

/** Runs a line of shell on a terminal, which `script` of util-linux makes: Node makes none. */
export function onTerminal(line: string, { cwd, env, columns = 100 }: TerminalOptions): OnTerminal {
  const { PATH = '' } = process.env;
  const inside = `stty cols ${columns} rows 40; exec ${line}`;
  const child = spawn('script', ['-qefc', inside, '/dev/null'], {
    cwd,
    env: { PATH, TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stdin.on('error', () => undefined);
  const shown = () => output.replace(/\r+\n/g, '\n');
  const ended = once(child, 'close').then(
    ([code]) => ({ code: code as number | null, shown: shown() }),
    (error: Error) => {
      throw new Error(`Tests on a terminal need the program script of util-linux: ${error.message}`);
    },
  );
  ended.catch(() => undefined);
  return {
    shown,
    type: (keys) => void child.stdin.write(keys),
    async shows(words) {
      const holds = () => (typeof words === 'string' ? shown().includes(words) : words.test(shown()));
      const deadline = Date.now() + 40_000;
      while (!holds()) {
        const isOver = await Promise.race([ended.then(() => true), pause()]);
        if (!holds() && (isOver || Date.now() > deadline)) {
          child.kill('SIGKILL');
          throw new Error(`The terminal did not show ${words}:\n${shown()}`);
        }
      }
    },
    ended,
  };
}

function pause(): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), 20));
}
