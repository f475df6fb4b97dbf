import { type Command, InvalidArgumentError } from 'commander';
import { defaultAddress } from '../default-address';
import { misuse } from '../failure';
import type { Io } from '../io';
import { parseTarget } from './target';

/** The default of `--concurrency` with a rate or a count. */
export const atOnce = 64;

/** How to send, as given on the command line. */
export interface SendingOptions {
  /** @default `BIGMIND_WEBHOOK_URL`, else the address of `listen` */
  readonly url?: URL;
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
    .option(
      '--url <url>',
      `address of the receiver (default: $${variable}, else that of listen, ${defaultAddress})`,
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

const variable = 'BIGMIND_WEBHOOK_URL';

/** The address to send to. */
export function addressOf({ url }: Pick<SendingOptions, 'url'>, { env }: Pick<Io, 'env'>): URL {
  const given = env[variable]?.trim();
  return url ?? (given ? parseAddress(given, variable) : new URL(defaultAddress));
}

function parseUrl(text: string): URL {
  return parseAddress(text, '--url');
}

/** Commander's own error would repeat the address, which may hold a password. */
function parseAddress(text: string, source: string): URL {
  try {
    return parseTarget(text);
  } catch (error) {
    throw misuse(`${source}: ${(error as Error).message}.`);
  }
}

function parseRate(text: string): number {
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
