import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultAddress } from '../default-address';
import { misuse } from '../failure';
import type { Io } from '../io';
import { parseRate, parseWhole, parseWithin } from '../parse-number';
import { parseAddress } from './parse-target';
import type { Posted } from './poster';

/** The default of `--concurrency` where many are sent. */
export const atOnce = 64;

/** How to send, as given on the command line. */
export interface SendingOptions {
  /** @default `BIGMIND_WEBHOOK_URL`, else the address of `listen` */
  readonly url?: URL;
  readonly rate?: number;
  /** @default 1; with a rate, `atOnce`; `send` has that with a count, too */
  readonly concurrency?: number;
  /** In place of that of the address, with its query. */
  readonly path?: string;
  readonly method?: string;
  /** By lower-case name; an empty value leaves the header out. */
  readonly addHeader?: ReadonlyMap<string, string>;
  readonly insecure?: true;
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
    .option('--path <path>', 'path in place of that of the address, such as /other?x=1', parsePath)
    .addOption(new Option('--method <name>', 'method (default: POST)').choices(methods))
    .option(
      '-H, --add-header <name:value>',
      'another header, or another value for one; without a value it is left out',
      addHeader,
    )
    .option('--insecure', 'accept any certificate, as a self-signed one')
    .option('--rate <number>', 'requests a second (default: as fast as they are answered)', parseRate)
    .option(
      '--concurrency <number>',
      `how many requests run at once (default: 1; ${atOnce} with a rate, and for send with a count)`,
      parseWhole(1, 1000),
    )
    .option('--timeout <seconds>', 'how long an answer may take', parseSeconds, 30);
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

function parsePath(text: string): string {
  if (/^\/[\x21-\x7e]*$/.test(text)) return text;
  throw new InvalidArgumentError('Expected a path that begins with a slash.');
}

function addHeader(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [, name, value = ''] = /^([!#$%&'*+.^`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(text) ?? [];
  // Its value may be a credential: it is not repeated.
  if (name === undefined) throw misuse('-H: expected "name: value".');
  return new Map([...before, [name.toLowerCase(), value.trim()]]);
}

/** A request as the options change it: its method, and its headers. */
export function changed<T extends Posted>(request: T, { method, addHeader: added = new Map() }: SendingOptions): T {
  const own = Object.entries(request.headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const headers = [...new Map([...own, ...added])].filter(([name]) => added.get(name) !== '');
  return { ...request, method: method ?? request.method, headers: Object.fromEntries(headers) };
}

const variable = 'BIGMIND_WEBHOOK_URL';

/** The address to send to. */
export function addressOf({ url, path = '' }: Pick<SendingOptions, 'url' | 'path'>, { env }: Pick<Io, 'env'>): URL {
  const given = env[variable]?.trim();
  const base = url ?? (given ? parseAddress(given, variable) : new URL(defaultAddress));
  return path === '' ? base : new URL(`${base.origin}${path}`);
}

function parseUrl(text: string): URL {
  return parseAddress(text, '--url');
}

function parseSeconds(text: string): number {
  return parseWithin(text, 0.1, 3600);
}
