import { type Command, InvalidArgumentError } from 'commander';
import { misuse } from '../failure';
import { parseTarget } from './target';

/** The default of `--concurrency` with a rate or a count. */
export const atOnce = 64;

/** How to send, as given on the command line. */
export interface SendingOptions {
  readonly url: URL;
  readonly rate?: number;
  /** @default 1; with a rate, `atOnce` */
  readonly concurrency?: number;
  /** Seconds. */
  readonly timeout: number;
  readonly json?: true;
}

/** Adds the options that every sending command has. */
export function addSendingOptions(command: Command): Command {
  return command
    .requiredOption(
      '--url <url>',
      'where the receiver listens, such as http://127.0.0.1:3000/webhooks/bigmind',
      parseUrl,
    )
    .option('--rate <number>', 'requests a second (default: as fast as they are answered)', parseRate)
    .option(
      '--concurrency <number>',
      `how many requests run at once (default: 1, with a rate ${atOnce})`,
      parseWhole(1, 1000),
    )
    .option('--timeout <seconds>', 'how long an answer may take', parseSeconds, 30);
}

/** Commander's own error would repeat the address, which may hold a password. */
function parseUrl(text: string): URL {
  try {
    return parseTarget(text);
  } catch (error) {
    throw misuse(`--url: ${(error as Error).message}.`);
  }
}

/** A parser of numbers a second. */
export function parseRate(text: string): number {
  return within(text, 0.01, 100_000);
}

function parseSeconds(text: string): number {
  return within(text, 0.1, 3600);
}

function within(text: string, least: number, most: number): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
}

/** A parser of whole numbers in a range, both ends included. */
export function parseWhole(least: number, most: number): (text: string) => number {
  return function parseWholeNumber(text) {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}
