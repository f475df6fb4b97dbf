import { type Command, InvalidArgumentError, Option } from 'commander';
import { toSavedLine } from '../captured/parse-captured';
import { defaultPort } from '../default-address';
import { Failure, misuse } from '../failure';
import { exportLine, folderSecret, newSecret } from '../folder/folder-secret';
import { checkForLine, toJsonLine, toLine } from '../inspector/delivery-line';
import type { LoggedDelivery } from '../inspector/delivery-log';
import { type Listening, type ListeningOptions, startListening } from '../inspector/listening';
import { openSavedFile, type SavedFile } from '../inspector/saved-file';
import type { Io } from '../io';
import { readSecret, secretFileOption } from '../secret';
import { parseTarget } from '../sending/target';

interface ListenOptions {
  readonly port: number;
  readonly inspectorPort: number;
  readonly forward?: URL;
  readonly save?: string;
  readonly json?: true;
  readonly secretFile?: string;
  /** False with `--no-verify`. */
  readonly verify: boolean;
}

const examples = `
Examples:
  $ bigmind-webhooks listen
  $ bigmind-webhooks listen --forward http://127.0.0.1:3000/webhooks/bigmind
  $ bigmind-webhooks listen --save deliveries.ndjson --json

Without a secret it uses one that belongs to this folder, and prints the line that gives it to an app.
Point a tunnel at the receiver's port, and open the inspector's address in a browser on this machine. Ctrl-C ends it.
Exit codes: 0 ended by Ctrl-C, 1 a port or a file cannot be used, 2 used wrongly.
`;

/** `listen`: receives deliveries, prints the outcome of each, and shows them on a page. */
export function registerListen(program: Command, io: Io): void {
  program
    .command('listen')
    .summary('receive deliveries and show them live on a page')
    .description('Receives deliveries at /webhooks/bigmind, on this machine only, and shows them live on a page.')
    .addOption(
      new Option('--port <number>', 'port of the receiver, 0 for any').default(defaultPort).argParser(parsePort),
    )
    .addOption(new Option('--inspector-port <number>', 'port of the page, 0 for any').default(0).argParser(parsePort))
    .option('--forward <url>', 'send each delivery on to this app, unchanged, and answer as it does', parseForward)
    .option('--save <file>', 'append each delivery to a file, for replay, detect and validate')
    .option(...secretFileOption)
    .option('--no-verify', 'check no signatures')
    .option('--json', 'print a line of JSON for each delivery')
    .addHelpText('after', examples)
    .action((options: ListenOptions) => listen(options, io));
}

async function listen(options: ListenOptions, io: Io): Promise<void> {
  const { port, inspectorPort, forward, json } = options;
  if (forward !== undefined) refuseCircle(forward, port);
  const { secret, isOfFolder } = await secretToCheck(options, io);
  const saved = options.save === undefined ? undefined : await openSavedFile(options.save, (text) => warn(io, text));
  const listening = await start({ port, inspectorPort, forward, secret });
  if (secret === undefined) warn(io, unchecked);
  if (isOfFolder) io.stderr.write(`${ofFolder}\n  ${io.stderr.paint('bold', exportLine(secret))}\n\n`);
  announce(listening, options, io);
  const counts = new Map<string, number>();
  listening.log.subscribe((logged) => {
    const { outcome } = logged.summary;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    say(logged, secret, options, io, saved);
  });
  await untilInterrupted(io.interrupted);
  await listening.close();
  await saved?.close();
  io.stdout.write(summaryOf(counts, json));
  // Ctrl-C is the normal end of `listen`.
  process.exitCode = 0;
}

/** Forwarding to ourselves would never end. */
function refuseCircle({ protocol, hostname, port }: URL, own: number): void {
  const leadsHere = protocol === 'http:' && /^(?:127\.|localhost$|\[::1\]$|0\.0\.0\.0$)/.test(hostname);
  if (leadsHere && Number(port || 80) === own) {
    throw misuse(`--forward leads back to listen itself, whose port is ${own}. Pass the address of your app.`);
  }
}

const unchecked = 'Signatures are not checked, as --no-verify says: anybody can send.';

const ofFolder =
  'BIGMIND_WEBHOOK_SECRET is not set, so this folder has a secret of its own. send uses it by itself; an app needs the line below. ' +
  'For deliveries of Bigmind, set the secret of the destination.';

/** The secret to check with: the given one, else that of the folder; if that cannot be kept, one for this start alone. */
async function secretToCheck({ verify, secretFile }: ListenOptions, io: Io) {
  if (!verify) return { secret: undefined, isOfFolder: false } as const;
  const given = await readSecret(secretFile, io);
  if (given !== undefined) return { secret: given, isOfFolder: false } as const;
  const kept = await folderSecret(io).catch((error: unknown) =>
    warn(io, `${(error as Failure).message} It is new at each start.`),
  );
  return { secret: kept ?? newSecret(), isOfFolder: true } as const;
}

function warn(io: Io, text: string): void {
  io.stderr.write(`${io.stderr.paint('yellow', text)}\n`);
}

async function start(options: ListeningOptions): Promise<Listening> {
  try {
    return await startListening(options);
  } catch (error) {
    const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
    const option = port === options.inspectorPort ? '--inspector-port' : '--port';
    if (code === 'EADDRINUSE') {
      throw new Failure(`Port ${port} is in use. Choose another with ${option}, or let ${option} 0 find one.`);
    }
    if (code === 'EACCES') throw new Failure(`Port ${port} needs more rights. Choose one from 1024 with ${option}.`);
    throw error;
  }
}

function announce({ receiver, inspector }: Listening, { json, forward }: ListenOptions, { stdout }: Io): void {
  if (json) {
    stdout.write(`${JSON.stringify({ type: 'listening', receiver, inspector, forward })}\n`);
    return;
  }
  stdout.write(`Receiver   ${stdout.paint('bold', receiver)}\n`);
  if (forward !== undefined) stdout.write(`Forwards   to ${forward.href}\n`);
  stdout.write(`Inspector  ${stdout.paint('cyan', inspector)}\n\n`);
}

function say(
  logged: LoggedDelivery,
  secret: string | undefined,
  { json }: ListenOptions,
  { stdout }: Io,
  saved: SavedFile | undefined,
): void {
  saved?.append(toSavedLine(logged.request));
  const check = checkForLine(logged, secret);
  stdout.write(json ? toJsonLine(logged, check) : toLine(logged, check, stdout));
}

function untilInterrupted(interrupted: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (interrupted.aborted) resolve();
    else interrupted.addEventListener('abort', () => resolve(), { once: true });
  });
}

function summaryOf(counts: ReadonlyMap<string, number>, json: true | undefined): string {
  const deliveries = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (json) return `${JSON.stringify({ type: 'summary', deliveries, outcomes: Object.fromEntries(counts) })}\n`;
  const each = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  return `\n${deliveries} ${deliveries === 1 ? 'delivery' : 'deliveries'} received${each && `: ${each}`}.\n`;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
  return port;
}

function parseForward(text: string): URL {
  try {
    return parseTarget(text);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}
