import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultPort, deliveryPath } from '../default-address';
import { misuse } from '../failure';
import { type ToldAnswer, toldAnswers } from '../inspector/told-answer';
import { parseList } from '../parse-list';
import { parseWhole } from '../parse-number';
import { secretFileOption } from '../secret';
import { parseAddress } from '../sending/parse-target';
import { nameOfEvent } from '../sending/sent-events';

/** How to listen, as given on the command line. */
export interface ListenOptions {
  readonly port: number;
  readonly inspectorPort?: number;
  readonly path: string;
  readonly events?: ReadonlySet<string>;
  readonly answer?: ToldAnswer;
  readonly forward?: URL;
  readonly save?: string;
  readonly json?: true;
  readonly secretFile?: string;
  /** False with `--no-verify`. */
  readonly verify: boolean;
}

const parsePort = parseWhole(0, 65_535);

export function addListenOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--port <number>', 'port of the receiver, 0 for any').default(defaultPort).argParser(parsePort),
    )
    .addOption(
      new Option('--inspector-port <number>', 'port of the page, 0 for any (default: that of the last time)').argParser(
        parsePort,
      ),
    )
    .addOption(new Option('--path <path>', 'path of deliveries').default(deliveryPath).argParser(parsePath))
    .option('--events <names>', 'show, save and forward these events alone, separated by commas', parseEvents)
    .addOption(
      new Option('--answer <how>', 'answer correct deliveries so, or not at all, to see how they are repeated')
        .choices(toldAnswers)
        .conflicts('forward'),
    )
    .option(
      '--forward <url>',
      'send each delivery on to this app and answer as it does; all but the headers of the connection stays the same',
      parseForward,
    )
    .option('--save <file>', 'append each delivery to a file, for replay, detect, validate and the next start')
    .option(...secretFileOption)
    .option('--no-verify', 'check no signatures')
    .option('--json', 'print a line of JSON for each delivery');
}

/** Forwarding to ourselves would never end. */
export function refuseCircle({ protocol, hostname, port }: URL, own: number): void {
  const leadsHere = protocol === 'http:' && /^(?:127\.|localhost$|\[::1\]$|0\.0\.0\.0$)/.test(hostname);
  if (leadsHere && Number(port || 80) === own) {
    throw misuse(`--forward leads back to listen itself, whose port is ${own}. Pass the address of your app.`);
  }
}

function parsePath(text: string): string {
  if (/^\/[\w.~!$&'()*+,;=:@%/-]*$/.test(text)) return text;
  throw new InvalidArgumentError('Expected a path that begins with a slash, without a query.');
}

function parseEvents(text: string, before: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  return new Set([...before, ...parseList(text).map(nameOfEvent)]);
}

function parseForward(text: string): URL {
  return parseAddress(text, '--forward');
}
