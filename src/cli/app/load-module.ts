import { AsyncLocalStorage } from 'node:async_hooks';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Server } from 'node:net';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf, describeError } from '../../foundations/describe-error';
import { isWebhookError } from '../../foundations/errors';
import { fieldsOf } from '../../foundations/fields-of';
import { Failure, misuse } from '../failure';
import { endSignals } from '../io';
import { whyUnread } from '../read-input';
import { shellWord } from '../shell-word';
import { visibleText } from '../visible-text';

/**
 * It also covers work that a module does later on its own, in promises and timers. Its handlers are called from
 * outside.
 */
const startUp = new AsyncLocalStorage<true>();

/**
 * Loads a user's module, CommonJS or ES, and finds something in it, which may take a promise of the module. Its
 * standard output goes to standard error, and it neither listens nor takes signals: those belong to the command.
 *
 * @throws Failure saying why it cannot be loaded
 */
export async function loadModule<T>(path: string, find: (module: object) => Promise<T>): Promise<T> {
  const file = resolve(path);
  const name = visibleText(path);
  refuseMissing(file, name);
  moveItsOutput();
  const listens = refuseToListen(name);
  const restoreSignals = keepSignals();
  try {
    return await Promise.race([startUp.run(true, () => load(file).then(find)), listens]);
  } catch (error) {
    throw error instanceof Failure ? error : unloadable(path, error);
  } finally {
    restoreSignals();
  }
}

function refuseMissing(file: string, name: string): void {
  try {
    if (statSync(file).isFile()) return;
  } catch (error) {
    throw misuse(`--app ${name} cannot be read: ${whyUnread(error as NodeJS.ErrnoException)}.`);
  }
  throw misuse(`--app ${name} is no file. Name the module that exports the receiver.`);
}

async function load(file: string): Promise<object> {
  try {
    return (await import(pathToFileURL(file).href)) as object;
  } catch (error) {
    const require = createRequire(file);
    // ts-node and its like may hook into require() alone, and tell so by the extensions that it knows.
    const extensions: unknown = Reflect.get(require, 'extensions');
    const isHooked = codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION' && extname(file) in fieldsOf(extensions);
    if (!isHooked) throw error;
    return { default: require(file) as unknown };
  }
}

/** Its log lines would stand among the results. pino asks for the file descriptor, everything else for the stream. */
function moveItsOutput(): void {
  Object.defineProperty(process, 'stdout', { configurable: true, enumerable: true, get: () => process.stderr });
}

/**
 * Rejects when the module starts a server, which would take the port and the deliveries of the real one. After that, such a
 * server does not listen. One that a handler starts for its work does.
 */
function refuseToListen(name: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    const listen = Reflect.get(Server.prototype, 'listen') as (...args: unknown[]) => Server;
    Server.prototype.listen = function listenUnlessAtStart(this: Server, ...args: unknown[]) {
      // The lock of a journal's folder is a socket with a path.
      const isOnPath = typeof fieldsOf(args[0])['path'] === 'string';
      if (isOnPath || startUp.getStore() === undefined) return listen.apply(this, args);
      reject(
        misuse(
          `--app ${name} starts a server. Export the receiver from a module of its own, let the module that listens ` +
            'import it, and pass the former.',
        ),
      );
      return this;
    };
  });
}

/** Removes what the module listens to: its own end at Ctrl-C would be in the middle of a handler. */
function keepSignals(): () => void {
  const signals = Object.keys(endSignals) as (keyof typeof endSignals)[];
  const before = new Map(signals.map((signal) => [signal, process.rawListeners(signal)]));
  return () => {
    for (const signal of signals) {
      for (const listener of process.rawListeners(signal)) {
        if (!before.get(signal)?.includes(listener)) process.off(signal, listener as NodeJS.SignalsListener);
      }
    }
  };
}

/** Why a module cannot be used, with the places in the user's code. */
function unloadable(path: string, error: unknown): Failure {
  const name = visibleText(path);
  const { type, message, stack = '' } = describeError(error);
  const said = visibleLines(isWebhookError(error) ? message : `${type}: ${message}`);
  const text = `--app ${name} cannot be loaded: ${said}`;
  if (isWebhookError(error)) return misuse(text);
  const places = placesIn(stack);
  if (isTypeScript(path, error)) return misuse(`${text}${places}\n${typeScriptHint}`);
  const hint = error instanceof SyntaxError && places === '' ? `\n${syntaxHint(name)}` : '';
  return new Failure(`${text}${places}${hint}`);
}

/** Node 20 tells no place of a mistake in an ES module, and its check looks at one file alone. */
function syntaxHint(name: string): string {
  return `node --check ${shellWord(name)} says where, unless it is in a module that this one imports: check that one, then.`;
}

const typeScriptHint =
  `Node ${process.versions.node} cannot load this TypeScript by itself. Compile it and pass the .js file, or name the loader that your ` +
  "app runs with, such as NODE_OPTIONS='--import tsx' in front of the command.";

/** Node from 22.18 only strips types; it refuses an enum or an import without its extension. */
const loaderCodes = ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'];

function isTypeScript(path: string, error: unknown): boolean {
  return /\.[cm]?tsx?$/.test(path) && (error instanceof SyntaxError || loaderCodes.includes(codeOf(error) ?? ''));
}

/**
 * The lines of a stack that tell of the user's code: those before our first line. The stack of a SyntaxError begins
 * with its place.
 */
function placesIn(stack: string): string {
  const [, wrong] = /^(\S.*:\d+)\n/.exec(stack) ?? [];
  const places = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const ours = places.findIndex((line) => line.includes(join(__dirname, '..')));
  const users = places.slice(0, ours < 0 ? undefined : ours).filter((line) => !line.includes('node:'));
  return [...(wrong === undefined ? [] : [`    at ${wrong}`]), ...users]
    .slice(0, 5)
    .map((line) => `\n${visibleText(line)}`)
    .join('');
}

function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}
