const DATE_TIME =
  /^\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d))[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Whether a text is a `date-time` of RFC 3339, section 5.6: what `format: date-time` means.
 *
 * Ours, because the one of ajv-formats took two thirds of a validation (0.97 µs an event with it, 0.32 with this, over
 * the reference's examples) and takes more than the grammar gives: a blank for the `T`, offsets as `+0200` and `+02`.
 */
export function isDateTime(text: string): boolean {
  return (
    DATE_TIME.test(text) &&
    (text.slice(5, 10) !== '02-29' || isLeapYear(Number(text.slice(0, 4)))) &&
    (text.slice(17, 19) !== '60' || isLeapSecond(text))
  );
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** A leap second ends a day in UTC, whatever the offset makes of that. */
function isLeapSecond(text: string): boolean {
  const local = minutes(text.slice(11, 16));
  const sign = text.at(-6);
  const offset = sign === '+' ? minutes(text.slice(-5)) : sign === '-' ? -minutes(text.slice(-5)) : 0;
  return (local - offset + MINUTES_A_DAY) % MINUTES_A_DAY === MINUTES_A_DAY - 1;
}

const MINUTES_A_DAY = 24 * 60;

function minutes(hhmm: string): number {
  return Number(hhmm.slice(0, 2)) * 60 + Number(hhmm.slice(3));
}
