import { InvalidArgumentError } from 'commander';

/** Deliveries a second. */
export function parseRate(text: string): number {
  return parseWithin(text, 0.01, 100_000);
}

/** A number in a range, both ends included. */
export function parseWithin(text: string, least: number, most: number): number {
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
