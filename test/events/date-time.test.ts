import { fullFormats } from 'ajv-formats/dist/formats';
import fc from 'fast-check';
import { isDateTime } from '../../src/events/date-time';

const reference = fullFormats['date-time'] as { validate: (text: string) => boolean };

test.each([
  '2025-10-10T14:30:00.000Z',
  '2025-10-10t14:30:00z',
  '0000-02-29T00:00:00Z',
  '2000-02-29T23:59:59.9+23:59',
  '2016-12-31T23:59:60Z',
  '2016-12-31T23:59:60.5Z',
  '2017-01-01T05:29:60+05:30',
  '2016-12-31T15:59:60-08:00',
  '2025-10-10T00:00:00-00:00',
])('takes %s', (text) => {
  expect(isDateTime(text)).toBe(true);
});

test.each([
  ['1900-02-29T00:00:00Z', 'no leap year'],
  ['2025-04-31T00:00:00Z', 'no such day'],
  ['2025-00-10T00:00:00Z', 'no such month'],
  ['2025-10-10T24:00:00Z', 'no such hour'],
  ['2025-10-10T14:30:61Z', 'no such second'],
  ['1900-02-28T22:89:59+23:30', 'no such minute, whatever the offset makes of it'],
  ['2016-12-31T23:59:60+01:00', 'a leap second that does not end a day in UTC'],
  ['2025-10-10T14:30:00', 'no offset'],
  ['2025-10-10T14:30:00+02', 'an offset without minutes'],
  ['2025-10-10T14:30:00+0200', 'an offset without colon'],
  ['2025-10-10T14:30:00+24:00', 'no such offset'],
  ['2025-10-10 14:30:00Z', 'a blank for the T'],
  ['2025-10-10T14:30Z', 'no seconds'],
  ['2025-10-10T14:30:00.Z', 'a point without fraction'],
  ['2025-10-10T14:30:00,5Z', 'a comma'],
  ['+02025-10-10T14:30:00Z', 'a long year'],
  [' 2025-10-10T14:30:00Z', 'a blank before it'],
  ['2025-10-10T14:30:00Z\n', 'a line end after it'],
  ['2025-10-1০T14:30:00Z', 'a digit that is not ASCII'],
])('refuses %j: %s', (text) => {
  expect(isDateTime(text)).toBe(false);
});

test('agrees with ajv-formats on all that has the shape of a date-time', () => {
  const two = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, '0'));
  // Often near the edges, where months end and seconds leap.
  const part = (...edges: string[]) => fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...edges) }, two);
  const year = fc.constantFrom('1900', '2000', '2023', '2024');
  const offset = fc.oneof(
    fc.constantFrom('Z', 'z'),
    fc
      .tuple(fc.constantFrom('+', '-'), part('00', '01', '23'), part('00', '30', '59'))
      .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
  );
  const date = fc.tuple(year, part('02', '04', '12'), part('28', '29', '30', '31')).map((parts) => parts.join('-'));
  const time = fc
    .tuple(part('00', '22', '23'), part('00', '29', '59'), part('59', '60'))
    .map((parts) => parts.join(':'));
  fc.assert(
    fc.property(date, time, fc.constantFrom('', '.5', '.000'), offset, (day, clock, fraction, zone) => {
      const text = `${day}T${clock}${fraction}${zone}`;
      // Looking for leap seconds, ajv-formats takes 22:89:59+23:30 for 23:59:59 of the day before.
      const onTheClock = clock < '24' && clock.slice(3) < '60';
      expect([text, isDateTime(text)]).toEqual([text, onTheClock && reference.validate(text)]);
    }),
    { numRuns: 5000 },
  );
});

test('takes time in proportion to the text, however long', () => {
  const started = performance.now();
  expect(isDateTime(`2025-10-10T14:30:00.${'1'.repeat(5_000_000)}x`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(1000);
});
