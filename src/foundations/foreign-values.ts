/**
 * Readers of what a client of a database or of Redis returns. Clients convert values as they are set up: the same `true`
 * arrives as `true`, `'t'`, `1`, `1n`, `'1'` or bytes. So a value is read by what it says, never by its type or its
 * truthiness. What cannot be read throws: a guess could lose a delivery.
 */

/** `what` names the value in the error, which never shows the value. */
export function readBoolean(value: unknown, what: string): boolean {
  const text = whatItSays(value)?.toLowerCase();
  if (text === 't' || text === 'true' || text === '1') return true;
  if (text === 'f' || text === 'false' || text === '0') return false;
  throw unreadable('a boolean', what, value);
}

const wholeNumber = /^-?\d+(?:\.0+)?$/;

export function readWholeNumber(value: unknown, what: string): number {
  const text = whatItSays(value);
  const number = text !== undefined && wholeNumber.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw unreadable('a whole number', what, value);
}

export function readText(value: unknown, what: string): string {
  const text = whatItSays(value);
  if (text !== undefined) return text;
  throw unreadable('text', what, value);
}

/** Several texts: an array of them, or the JSON of one. */
export function readTexts(value: unknown, what: string): string[] {
  const list = Array.isArray(value) ? value : readJson(whatItSays(value));
  if (Array.isArray(list)) return list.map((text) => readText(text, what));
  throw unreadable('an array', what, value);
}

/** A value of a column with JSON: parsed by the client, or still text. Text that is not JSON stays what it is. */
export function readJson(value: unknown): unknown {
  const text = typeof value === 'string' || value instanceof Uint8Array ? whatItSays(value) : undefined;
  if (text === undefined) return value;
  try {
    return JSON.parse(text);
  } catch {
    return value;
  }
}

/** A row of an answer to a query, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** The rows of an answer to a query. */
export function readRows(answer: unknown, what: string): readonly Row[] {
  const rows = (answer as { readonly rows?: unknown } | null | undefined)?.rows;
  if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null)) {
    return rows as Row[];
  }
  throw new TypeError(`${what} did not answer with { rows }.`);
}

/**
 * The rows of a statement that always has one: an answer of none comes from a client that asked nobody, as a mock does, or
 * that loses the rows.
 */
export function readSomeRows(rows: readonly Row[], what: string): readonly [Row, ...Row[]] {
  if (isFilled(rows)) return rows;
  throw new TypeError(
    `${what} answered with no rows to a statement that always has some. Pass a pool that sends each statement to PostgreSQL, and returns its rows.`,
  );
}

function isFilled(rows: readonly Row[]): rows is readonly [Row, ...Row[]] {
  return rows.length > 0;
}

/** The text of a single value; `undefined` if it is none. */
function whatItSays(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : undefined;
    default:
      return undefined;
  }
}

function unreadable(expected: string, what: string, value: unknown): TypeError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
  return new TypeError(`${what}: expected ${expected}, got ${got} that does not read as one.`);
}
