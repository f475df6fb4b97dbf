const time = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', hour12: false });
const number = new Intl.NumberFormat('en-GB');

export function clockTime(ms: number): string {
  return time.format(ms);
}

export function fullTime(ms: number): string {
  return moment.format(ms);
}

export function count(value: number): string {
  return number.format(value);
}

/** `1 error`, `3 errors`. */
export function counted(value: number, one: string, several = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : several}`;
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** A short time, to a tenth of a millisecond. */
export function exact(ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : duration(Math.round(ms));
}

export function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
