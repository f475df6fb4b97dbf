/**
 * Text as the small table keeps it: as it is where it is printable ASCII, else as JSON in ASCII. PostgreSQL refuses NUL and
 * lone surrogates, and, in other encodings than UTF-8, many characters: an event's name must not lose its delivery.
 */
export function toStored(text: string): string {
  if (/^[ !#-~][ -~]*$/.test(text)) return text;
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** @throws SyntaxError if it was not written by {@link toStored} */
export function fromStored(stored: string): string {
  return stored.startsWith('"') ? (JSON.parse(stored) as string) : stored;
}
