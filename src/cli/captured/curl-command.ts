import { Failure } from '../failure';
import type { CapturedRequest } from './captured-request';
import { joinHeaders } from './join-headers';
import { shellWords } from './shell-words';

/** A line that begins a copied command. Terminals show a prompt before it; the page's own command pipes its body in. */
export const curlStart = /^[ \t]*(?:[$%#] )?(?:printf %s \S+ \| base64 -d \| )?(?:\/\S*\/)?curl(?:\.exe)?[ \t]/m;
/** A line that goes on as in the command prompt of Windows, which quotes differently. */
const ofCommandPrompt = /\s\^\r?\n/;

/** Options whose next word is their value. Other options are ignored if they change no request. */
const valued = new Set(
  [
    '-X -H -d -A -b -e -u -o -m -x -F -T -c -w -E -K -r -U -y -Y -z -C -D -P -Q -t',
    '--request --header --data --data-raw --data-binary --data-ascii --data-urlencode --json --url --user-agent --cookie',
    '--referer --user --output --max-time --proxy --form --upload-file --cookie-jar --write-out --cert --key --cacert --config',
    '--retry --resolve --connect-timeout --connect-to --interface --limit-rate --range --trace --trace-ascii --dump-header --unix-socket',
  ].flatMap((names) => names.split(' ')),
);

/** What is known of a body: its text, its bytes, or that it stands in a file. */
type Data = Buffer | 'in a file' | undefined;

/**
 * Reads a copied curl command.
 *
 * @param given its body, where the command reads that from a file
 * @throws Failure naming what cannot be read, never a value
 */
export function parseCurlCommand(text: string, given?: Buffer): CapturedRequest {
  if (ofCommandPrompt.test(text)) {
    throw new Failure('The curl command is for the command prompt of Windows. Copy it as cURL (bash).');
  }
  const start = curlStart.exec(text)?.index ?? 0;
  const words = shellWords(text.slice(start).replace(/^[ \t]*[$%#] /, ''));
  const first = words.findIndex((word) => /^(?:\/.*\/)?curl(?:\.exe)?$/.test(word));
  const piped = words[0] === 'printf' && words[2] !== undefined ? Buffer.from(words[2], 'base64') : undefined;
  const pairs = optionsIn(words.slice(first + 1));
  const all = (...names: string[]): string[] => pairs.flatMap(([name, value]) => (names.includes(name) ? [value] : []));
  if (all('-F', '--form', '-T', '--upload-file', '--data-urlencode').length > 0) {
    throw new Failure('The curl command sends a form or a file. Bigmind sends JSON: --data or --json.');
  }
  const data = dataOf(pairs, piped);
  const body = given ?? data;
  if (body === 'in a file') {
    throw new Failure('The curl command reads its body from a file. Pass that with --body <file>.');
  }
  const headers = all('-H', '--header').flatMap((line): [string, string][] => {
    const [, name, value = ''] = /^([^:;]+)[:;][ \t]*(.*)$/s.exec(line) ?? [];
    return name === undefined ? [] : [[name.trim(), value.trim()]];
  });
  return {
    method: all('-X', '--request').at(-1) ?? (body === undefined ? 'GET' : 'POST'),
    url: [...all('--url'), ...all('')].at(0) ?? '/',
    headers: joinHeaders(headers),
    body: body ?? Buffer.alloc(0),
  };
}

/** Options with their values, in order. An address has the name `''`. */
function optionsIn(words: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index < words.length && words[index] !== '|'; index += 1) {
    const word = words[index] ?? '';
    // In `-sSXPOST` the last letter takes the rest, in `-sSX POST` the next word.
    const [, flags = '', letter = '', rest = ''] =
      /^-([a-zA-Z#0-9]*?)([XHdAbeuomxFTcwEKrUyYzCDPQt])(.*)$/s.exec(word) ?? [];
    const isShort = !word.startsWith('--') && letter !== '' && !flags.includes('-');
    const name = isShort ? `-${letter}` : word;
    if (isShort && rest !== '') pairs.push([name, rest]);
    else if (valued.has(name)) {
      index += 1;
      pairs.push([name, words[index] ?? '']);
    } else if (!word.startsWith('-')) pairs.push(['', word]);
  }
  return pairs;
}

function dataOf(pairs: readonly (readonly [string, string])[], piped: Buffer | undefined): Data {
  const names = ['-d', '--data', '--data-raw', '--data-binary', '--data-ascii', '--json'];
  const given = pairs.filter(([name]) => names.includes(name));
  if (given.length === 0) return undefined;
  if (given.some(([name, value]) => name !== '--data-raw' && value.startsWith('@'))) return piped ?? 'in a file';
  // Several parts of --json are joined as they are, several of --data with &.
  return Buffer.from(given.map(([, value]) => value).join(given[0]?.[0] === '--json' ? '' : '&'), 'utf8');
}
