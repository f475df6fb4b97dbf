/**
 * Text as a table of PostgreSQL keeps it: as it is where it is printable ASCII, else as JSON in ASCII. PostgreSQL refuses
 * NUL and lone surrogates, and, in other encodings than UTF-8, many characters: a name must not lose its delivery.
 */
export function toStored(text: string): string {
  if (/^[ !#-~][ -~]*$/.test(text)) return text;
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Text that {@link toStored} did not write, such as that of an earlier version, is what it is. */
export function fromStored(stored: string): string {
  if (!stored.startsWith('"')) return stored;
  try {
    const text: unknown = JSON.parse(stored);
    return typeof text === 'string' && toStored(text) === stored ? text : stored;
  } catch {
    return stored;
  }
}
