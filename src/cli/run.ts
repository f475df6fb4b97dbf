import { type AddHelpTextContext, Command, CommanderError } from 'commander';
import { registerCompletion } from './commands/completion';
import { registerDeadLetters } from './commands/dead-letters';
import { registerDetect } from './commands/detect';
import { registerInit } from './commands/init';
import { registerJournal } from './commands/journal';
import { registerReplay } from './commands/replay';
import { registerSend } from './commands/send';
import { registerValidate } from './commands/validate';
import { exitCodes, Failure } from './failure';
import type { Io, Output } from './io';
import { refuseSecretInArguments } from './secret';
import { tellFailure } from './tell-failure';
import { ownVersion } from './version';
import { helpWidth, joinParagraphs, lineWidth, wrapText } from './wrap';

const overview = `
The secret comes from BIGMIND_WEBHOOK_SECRET, or from a file with --secret-file. Without either, listen and send use one
that belongs to the current folder.

Exit codes: 0 done, 1 refused or found wrong, 2 used wrongly, 130 ended by Ctrl-C.

Examples:
  $ bigmind-webhooks init my-app
  $ bigmind-webhooks listen
  $ bigmind-webhooks send --all
  $ bigmind-webhooks validate payload.json
  $ bigmind-webhooks detect captured.http
  $ bigmind-webhooks replay deliveries.ndjson --url http://127.0.0.1:3000/webhooks/bigmind
  $ bigmind-webhooks journal find --outcome failed --app ./webhooks.js
  $ bigmind-webhooks dead-letters list --app ./webhooks.js
  $ bigmind-webhooks help send
`;

/** Runs the command that the arguments name. Expected failures are printed, and do not reject. */
export async function run(args: readonly string[], io: Io): Promise<void> {
  try {
    refuseSecretInArguments(args);
    await programFor(args, io).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed what is wrong. Its own exit code for that would be 1.
      if (error.exitCode !== 0) io.setExitCode(exitCodes.misused);
    } else if (io.interrupted.aborted) {
      // Ctrl-C broke off what the command waited for.
      return;
    } else if (error instanceof Failure) {
      tellFailure(error, io);
      io.setExitCode(error.exitCode);
    } else {
      throw error;
    }
  }
}

function programFor(args: readonly string[], io: Io): Command {
  const program = new Command('bigmind-webhooks')
    .description("Tools for receiving Bigmind's webhooks.")
    .version(ownVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => writeHelp(text, io.stdout),
      writeErr: (text) => writeHelp(text, io.stderr),
      outputError: (text) => io.stderr.write(wrapText(text, lineWidth(io.stderr))),
      getOutHelpWidth: () => helpWidth(io.stdout),
      getErrHelpWidth: () => helpWidth(io.stderr),
    })
    .showHelpAfterError('(--help says more)')
    .addHelpText('beforeAll', refuseUnknown)
    .addHelpText('after', overview);
  registerInit(program, io);
  registerSend(program, io);
  addListen(program, args, io);
  registerValidate(program, io);
  registerDetect(program, io);
  registerReplay(program, io);
  registerJournal(program, io);
  registerDeadLetters(program, io);
  registerCompletion(program, io);
  return program;
}

/** Commander wraps its own part, and leaves our texts below it as they are. */
function writeHelp(text: string, output: Output): void {
  output.write(wrapText(joinParagraphs(text), helpWidth(output)));
}

/** Comes before any help. For `help nope`, Commander would print the help of every command, and not say why. */
function refuseUnknown({ error, command }: AddHelpTextContext): string {
  const [first, name] = command.args;
  if (error && first === 'help' && name !== undefined) command.error(`error: unknown command '${name}'`);
  return '';
}

/** Loads the inspector only for `listen`, so that the other commands start faster. */
function addListen(program: Command, args: readonly string[], io: Io): void {
  if (args.includes('listen') || args[0] === 'completion') {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() would need a file extension, which the sources leave out
    const { registerListen } = require('./commands/listen') as typeof import('./commands/listen');
    registerListen(program, io);
  } else {
    program.command('listen').summary('receive deliveries and show them live on a page');
  }
}
