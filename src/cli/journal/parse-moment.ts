import { InvalidArgumentError } from 'commander';

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const isoMoment = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i;

/** Reads a moment: `3d` and `12h` ago, or ISO 8601, in UTC unless it says otherwise. */
export function parseMoment(text: string, now: () => number = Date.now): Date {
  const [, count, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(now() - Number(count) * (unitMs[unit] ?? 0));
  const [, day = '', time = '00:00', zone = 'Z'] = isoMoment.exec(text) ?? [];
  const moment = new Date(`${day}T${time}${zone.toUpperCase()}`);
  // The 31st of February would be a day of March.
  if (!Number.isNaN(moment.getTime()) && new Date(`${day}T00:00Z`).toISOString().startsWith(day)) return moment;
  throw new InvalidArgumentError('Expected a moment such as 3d or 12h (ago), 2026-11-26 or 2026-11-26T09:00Z.');
}
