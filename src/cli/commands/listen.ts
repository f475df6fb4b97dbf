import type { Command } from 'commander';
import { toSavedLine } from '../captured/parse-captured';
import type { Failure } from '../failure';
import { exportLine, folderSecret, newSecret } from '../folder/folder-secret';
import { DeliveryLines } from '../inspector/delivery-lines';
import type { LoggedDelivery } from '../inspector/delivery-log';
import type { Listening } from '../inspector/listening';
import { openSavedFile } from '../inspector/saved-file';
import type { Io } from '../io';
import { jsonLine } from '../json-line';
import { readSecret } from '../secret';
import { lineWidth, wrapLine } from '../wrap';
import { addListenOptions, type ListenOptions, refuseCircle } from './listen-options';
import { startAsBefore } from './start-as-before';

const examples = `
Examples:
  $ bigmind-webhooks listen
  $ bigmind-webhooks listen --forward http://127.0.0.1:3000
  $ bigmind-webhooks listen --forward http://127.0.0.1:3000/webhooks/bigmind --events todo_created,email_sent
  $ bigmind-webhooks listen --answer 500
  $ bigmind-webhooks listen --save deliveries.ndjson --json

Every request is shown, also what is no delivery, with the reason. Without a secret it uses one that belongs to this
folder, and prints the line that gives it to an app. To an address without a path, --forward sends every path on; to one
with a path, what comes to --path and below it.

Point a tunnel at the receiver's port, and open the inspector's address in a browser on this machine. Ctrl-C ends it. The
next start in this folder has the same addresses.

Exit codes: 0 ended by Ctrl-C, 1 a port or a file cannot be used, 2 used wrongly.
`;

/** `listen`: receives deliveries, prints the outcome of each, and shows them on a page. */
export function registerListen(program: Command, io: Io): void {
  const command = program
    .command('listen')
    .summary('receive deliveries and show them live on a page')
    .description('Receives deliveries on this machine only, and shows them live on a page.');
  addListenOptions(command)
    .addHelpText('after', examples)
    .action((options: ListenOptions) => listen(options, io));
}

async function listen(options: ListenOptions, io: Io): Promise<void> {
  const { port, forward, json } = options;
  if (forward !== undefined) refuseCircle(forward, port);
  const { secret, isOfFolder } = await secretToCheck(options, io);
  const saving = options.save === undefined ? undefined : await openSavedFile(options.save, (text) => warn(io, text));
  const listening = await startAsBefore({ ...options, secret, saved: saving?.saved }, io);
  if (listening.unread > 0) warn(io, `${listening.unread} saved lines cannot be read, and are not shown.`);
  if (secret === undefined) warn(io, unchecked);
  if (isOfFolder)
    io.stderr.write(
      `${wrapLine(ofFolder, lineWidth(io.stderr), 0)}\n  ${io.stderr.paint('bold', exportLine(secret))}\n\n`,
    );
  announce(listening, options, io);
  const counts = new Map<string, number>();
  const lines = new DeliveryLines({ secret, work: listening.work, json: json ?? false, output: io.stdout });
  function take(logged: LoggedDelivery): void {
    const { outcome, status, ms } = logged.summary;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    saving?.append(toSavedLine({ ...logged.request, answer: { outcome, status, ms } }));
    lines.add(logged);
  }
  // A sender may have been quicker than the start.
  for (const logged of listening.log.after(listening.reloadedTo)) take(logged);
  listening.log.subscribe(take);
  // What is being saved is saved in any case.
  io.finishUnread();
  await untilInterrupted(io.interrupted);
  await listening.close();
  await lines.end();
  await saving?.close();
  io.stdout.write(summaryOf(counts, json));
  io.endByInterruption();
}

const unchecked = 'Signatures are not checked, as --no-verify says: anybody can send.';

const ofFolder =
  'BIGMIND_WEBHOOK_SECRET is not set, so this folder has a secret of its own. send uses it by itself; an app needs the ' +
  'line below. For deliveries of Bigmind, set the secret of the destination.';

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
  io.stderr.write(`${io.stderr.paint('yellow', wrapLine(text, lineWidth(io.stderr), 0))}\n`);
}

function announce({ receiver, inspector }: Listening, { json, forward }: ListenOptions, { stdout }: Io): void {
  if (json) {
    stdout.write(jsonLine({ type: 'listening', receiver, inspector, forward }));
    return;
  }
  stdout.write(`Receiver   ${stdout.paint('bold', receiver)}\n`);
  if (forward !== undefined) stdout.write(`Forwards   to ${forward.href}\n`);
  stdout.write(`Inspector  ${stdout.paint('cyan', inspector)}\n\n`);
}

function untilInterrupted(interrupted: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (interrupted.aborted) resolve();
    else interrupted.addEventListener('abort', () => resolve(), { once: true });
  });
}

function summaryOf(counts: ReadonlyMap<string, number>, json: true | undefined): string {
  const deliveries = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (json) return jsonLine({ type: 'summary', deliveries, outcomes: Object.fromEntries(counts) });
  const each = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  return `\n${deliveries} ${deliveries === 1 ? 'delivery' : 'deliveries'} received${each && `: ${each}`}.\n`;
}
