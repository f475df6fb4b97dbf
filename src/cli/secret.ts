import { readFile } from 'node:fs/promises';
import { secretIn, secretVariable } from '../foundations/secret-in';
import { misuse } from './failure';
import { folderSecret } from './folder/folder-secret';
import type { Io } from './io';
import { whyUnread } from './read-input';
import { toUtf8 } from './to-utf8';

/** The option for a secret file, the same in every command that needs a secret. */
export const secretFileOption = [
  '--secret-file <path>',
  `file that holds the secret (default: $${secretVariable}); a line end after it is ignored`,
] as const;

/**
 * The secret, from a file or from the environment; `undefined` if there is none.
 *
 * @throws Failure for a file that cannot be read, is empty or no text
 */
export async function readSecret(secretFile: string | undefined, { env }: Io): Promise<string | undefined> {
  if (secretFile === undefined) return secretIn(env);
  const text = toUtf8(await readSecretFile(secretFile)).toString('utf8');
  if (text.trim() === '') throw misuse('--secret-file holds no secret: it is empty.');
  if (/[\0\ufffd]/.test(text)) throw misuse('--secret-file is no text in UTF-8: save it as UTF-8.');
  return text.replace(/\r?\n$/, '');
}

async function readSecretFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw misuse(`--secret-file cannot be read: ${whyUnread(error as NodeJS.ErrnoException)}.`);
  }
}

/** The secret, for commands that need one. */
export async function requireSecret(secretFile: string | undefined, io: Io): Promise<string> {
  const secret = await readSecret(secretFile, io);
  if (secret !== undefined) return secret;
  throw misuse(
    `A secret is needed. Set ${secretVariable} to the secret that Bigmind shows for the webhook destination, or pass ` +
      '--secret-file <path>.',
  );
}

/** A secret to sign with, and whether it is the one of the current folder. */
export interface SigningSecret {
  readonly secret: string;
  readonly isOfFolder: boolean;
}

/** The secret, for commands that sign. Without one they sign with the folder's own, which `listen` takes, too. */
export async function secretToSign(secretFile: string | undefined, io: Io): Promise<SigningSecret> {
  const secret = await readSecret(secretFile, io);
  return secret === undefined ? { secret: await folderSecret(io), isOfFolder: true } : { secret, isOfFolder: false };
}

/** Explains a 401 that may come from signing with the folder's own secret: only `listen` has it by itself. */
export function tellOfFolderSecret({ stderr }: Io): void {
  stderr.write(
    `Signed with the secret of this folder, since ${secretVariable} is not set. An app needs it, too: listen prints the line.\n`,
  );
}

/**
 * Refuses `--secret`, which does not exist, without repeating its value in the message.
 *
 * @throws Failure
 */
export function refuseSecretInArguments(args: readonly string[]): void {
  if (!args.some((arg) => /^--?secret(?:=|$)/.test(arg))) return;
  throw misuse(
    "A secret in an argument stays in the shell's history, and other users of this machine can see it. " +
      `Set ${secretVariable}, or pass --secret-file <path>.`,
  );
}
