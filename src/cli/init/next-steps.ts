import { relative } from 'node:path';
import { secretIn } from '../../foundations/secret-in';
import { deliveryPath } from '../default-address';
import { exportLine, folderSecret, newSecret } from '../folder/folder-secret';
import type { Io } from '../io';
import { shellWord } from '../shell-word';
import { lineWidth, wrapLine } from '../wrap';
import { type PackageManager, scriptLine } from './package-manager';
import type { WrittenApp } from './write-app';

/** The port of the app, unless `PORT` is set. */
const appPort = 3000;

/** Says what to do with the app that was written, in lines to copy. */
export async function tellNextSteps(
  folder: string,
  { scripts, handlers }: WrittenApp,
  manager: PackageManager,
  { isInstalled }: { readonly isInstalled: boolean },
  io: Io,
): Promise<void> {
  const way = relative(process.cwd(), folder);
  const enter = way === '' ? [] : [`cd ${shellWord(way)}`];
  const install = isInstalled ? [] : [`${manager.name} install`];
  const { forApp, forSend } = await secretLines(folder, io);
  const send = `${manager.exec} bigmind-webhooks send notes_created --url http://127.0.0.1:${appPort}${deliveryPath}`;
  tell('\nStart the app:', [...enter, ...install, ...forApp, scriptLine(manager, scripts.start)], io);
  tell('Send it a signed example, from a second terminal:', [...enter, ...forSend, send], io);
  tell('Run its test:', [...enter, scriptLine(manager, scripts.test)], io);
  const last = `The handler is in ${handlers}. For real deliveries, set BIGMIND_WEBHOOK_SECRET to the secret of your webhook destination.`;
  io.stdout.write(`${wrapLine(last, lineWidth(io.stdout), 0)}\n`);
}

/** Lines stay whole, so that they can be copied. */
function tell(what: string, commands: readonly string[], { stdout }: Io): void {
  stdout.write(`${what}\n${commands.map((line) => `  ${stdout.paint('bold', line)}\n`).join('')}\n`);
}

/** The lines that give both terminals the same secret: `send` knows that of the folder, and both the one in the environment. */
async function secretLines(folder: string, io: Io) {
  if (secretIn(io.env) !== undefined) return { forApp: [], forSend: [] };
  const kept = await folderSecret(io, folder).catch(() => undefined);
  const line = exportLine(kept ?? newSecret());
  return { forApp: [line], forSend: kept === undefined ? [line] : [] };
}
