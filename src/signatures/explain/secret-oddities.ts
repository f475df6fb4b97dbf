import { isUndecodable } from '../mac/secret-key';

/** What looks wrong with a secret. */
interface Oddity {
  readonly pattern: RegExp;
  /** What is there and what to do, for a warning at construction. */
  readonly warning: string;
  /** What can be taken away, for the cause of a 401; absent if nothing would be left. */
  readonly has?: string;
}

/** Whatever looks wrong at an end of a secret, or as a whole. Nothing here shows any part of it. */
const oddities: readonly Oddity[] = [
  {
    pattern: /^\ufeff|\ufeff$/,
    warning: 'has a byte order mark at an end: save its file without one',
    has: 'a byte order mark at an end',
  },
  {
    pattern: /^[\u200b-\u200d\u2060]|[\u200b-\u200d\u2060]$/,
    warning: 'has a zero-width character at an end: type or copy it anew',
    has: 'a zero-width character at an end',
  },
  {
    pattern: /^[^\S\ufeff]|[^\S\ufeff]$/,
    warning: 'has white space at an end: take it away',
    has: 'white space around it',
  },
  {
    pattern: /^["'`“”‘’]|["'`“”‘’]$/,
    warning: 'has a quote at an end: take the quotes away',
    has: 'quotes around it',
  },
  {
    pattern: /^\\[nr]|\\[nr]$/,
    warning: 'has a backslash and a letter for a line break at an end: take them away',
    has: 'a written-out line break ("\\n") at an end',
  },
  {
    pattern: /^v1,/,
    warning: 'begins with "v1,", as a signature does: use the secret of the destination',
    has: '"v1," in front, as a signature does',
  },
  {
    pattern: /^(?:undefined|null)$/,
    warning: 'reads undefined or null: the variable that it comes from was not set',
  },
  {
    pattern: /^\[object \w+\]$/,
    warning: 'is what an object becomes as text: pass the text that it holds',
  },
  {
    pattern: /^\{\s*".*\}$/s,
    warning: 'is JSON, as a secret manager may give it: pass the one value in it',
  },
  {
    // As shells, cmd.exe and templates write them. Whoever reads the sources can sign with such a name.
    pattern: /^(?:\$[A-Z_][A-Z\d_]*|\$?\{\{?[\w .-]*\}\}?|%[A-Z_][A-Z\d_]*%|<[^<>]*>)$/,
    warning: 'is the name of a value, such as "%NAME%" or "<name>", and not the value: fill it in where it comes from',
  },
];

/** What looks wrong with a secret, for a warning. */
export function odditiesOf(secret: string, isAuto: boolean): readonly string[] {
  const found = oddities.filter(({ pattern }) => pattern.test(secret)).map(({ warning }) => warning);
  if (!isAuto || !isUndecodable(secret)) return found;
  return [...found, 'begins with "whsec_" and goes on with no base64 of 24 bytes: it is used as it is written'];
}

/** A secret without something odd, and what that is. */
export interface Mended {
  readonly secret: string;
  readonly has: string;
}

/** The secret without each oddity, and at last without all of them. */
export function* mended(secret: string): Iterable<Mended> {
  const found = oddities.flatMap(({ pattern, has }) => (has === undefined ? [] : [{ pattern, has }]));
  for (const { pattern, has } of found) {
    if (pattern.test(secret)) yield { secret: without(secret, pattern), has };
  }
  const taken = new Set<string>();
  let bare = secret;
  for (let before = ''; before !== bare; ) {
    before = bare;
    for (const { pattern, has } of found) {
      if (!pattern.test(bare)) continue;
      taken.add(has);
      bare = without(bare, pattern);
    }
  }
  if (taken.size > 1) yield { secret: bare, has: [...taken].join(' and ') };
}

/** An oddity may stand there several times. */
function without(secret: string, pattern: RegExp): string {
  let bare = secret;
  while (pattern.test(bare)) bare = bare.replace(pattern, '');
  return bare;
}
