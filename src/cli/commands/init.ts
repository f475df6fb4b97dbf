import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { misuse } from '../failure';
import { chosenLanguage, type LanguageOptions } from '../init/language';
import { tellNextSteps } from '../init/next-steps';
import { packageManagerOf, scriptLine } from '../init/package-manager';
import { runManager } from '../init/run-manager';
import { refuseFile, writeApp } from '../init/write-app';
import type { Io } from '../io';
import { lineWidth, wrapText } from '../wrap';

const examples = `
It writes an Express app with a handler and a test, installs what they need, runs the test, and says what to do next. A
file that is there is never written over: then nothing is written at all. To a package.json that is there, only what is
missing is added.

Without --javascript or --typescript it asks at a terminal, and takes JavaScript elsewhere. The package manager is the one
whose lockfile is nearest, else the one that runs the command, else npm.

Examples:
  $ bigmind-webhooks init
  $ bigmind-webhooks init my-app --typescript
  $ bigmind-webhooks init --javascript --no-install

Exit codes: 0 done, 1 the install or the test failed, 2 used wrongly, or a file is there already.
`;

interface InitOptions extends LanguageOptions {
  /** False with `--no-install`. */
  readonly install: boolean;
}

/** `init`: writes a small app with a test, and runs it. */
export function registerInit(program: Command, io: Io): void {
  program
    .command('init')
    .summary('write a small app with a test, and run it')
    .description('Writes a small app that receives deliveries, with a test, and runs it.')
    .argument('[folder]', 'folder of the app', '.')
    .addOption(new Option('--javascript', 'write it in JavaScript').conflicts('typescript'))
    .option('--typescript', 'write it in TypeScript, with the strict flags of the compiler')
    .option('--no-install', 'install and run nothing')
    .addHelpText('after', examples)
    .action((folder: string, options: InitOptions) => init(folder, options, io));
}

async function init(name: string, options: InitOptions, io: Io): Promise<void> {
  // As of a variable that is not set: the current folder was not meant.
  if (name === '')
    throw misuse('The name of the folder is empty. Without a name, init writes into the current folder.');
  const folder = resolve(name);
  refuseFile(folder);
  const language = await chosenLanguage(options, io);
  // Ctrl-C at the question: nothing was chosen.
  if (io.interrupted.aborted) return;
  const manager = packageManagerOf(folder, io.env);
  const app = writeApp(folder, language);
  say(`Wrote ${new Intl.ListFormat('en-GB').format(app.files)}.`, io);
  if (app.added.length > 0) say(`Added to package.json: ${app.added.join(', ')}.`, io);
  if (options.install) {
    await runManager(manager, ['install'], folder, io);
    await runManager(manager, ['run', app.scripts.test], folder, io);
    say(
      `Its test passes (${scriptLine(manager, app.scripts.test)}): a signed delivery reached the handler, a forged one did not.`,
      io,
    );
  }
  await tellNextSteps(folder, app, manager, { isInstalled: options.install }, io);
}

function say(text: string, { stdout }: Io): void {
  stdout.write(`${wrapText(text, lineWidth(stdout))}\n`);
}
