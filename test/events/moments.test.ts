import { validateEvent } from '../../src';
import { examplePayload } from '../../src/testing';
import { computingTime } from '../fixtures/computing-time';

/** Whether an event at that moment is accepted. */
function isAccepted(moment: string): boolean {
  return validateEvent(examplePayload('notes_created', { timestamp: moment })).valid;
}

// As ajv-formats reads it: RFC 3339, and what senders write beside it.
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
  '2025-10-10T14:30:00+02',
  '2025-10-10T14:30:00+0200',
  '2025-10-10 14:30:00Z',
])('takes %s', (text) => {
  expect(isAccepted(text)).toBe(true);
});

test.each([
  ['1900-02-29T00:00:00Z', 'no leap year'],
  ['2025-04-31T00:00:00Z', 'no such day'],
  ['2025-00-10T00:00:00Z', 'no such month'],
  ['2025-10-10T24:00:00Z', 'no such hour'],
  ['2025-10-10T14:30:61Z', 'no such second'],
  ['2016-12-31T23:59:60+01:00', 'a leap second that does not end a day in UTC'],
  ['2025-10-10T14:30:00', 'no offset'],
  ['2025-10-10T14:30:00+24:00', 'no such offset'],
  ['2025-10-10T14:30Z', 'no seconds'],
  ['2025-10-10T14:30:00.Z', 'a point without fraction'],
  ['2025-10-10T14:30:00,5Z', 'a comma'],
  ['+02025-10-10T14:30:00Z', 'a long year'],
  [' 2025-10-10T14:30:00Z', 'a blank before it'],
  ['2025-10-10T14:30:00Z\n', 'a line end after it'],
  ['2025-10-1০T14:30:00Z', 'a digit that is not ASCII'],
])('refuses %j: %s', (text) => {
  expect(isAccepted(text)).toBe(false);
});

test('refuses a moment of five million digits soon, wherever it is called from', () => {
  const computedMs = computingTime();
  for (const end of ['x', 'Z']) expect(isAccepted(`2025-10-10T14:30:00.${'1'.repeat(5_000_000)}${end}`)).toBe(false);
  expect(computedMs()).toBeLessThan(10_000);
});
