import { Ajv2020 } from 'ajv/dist/2020';
import addAjvFormats, { type FormatName } from 'ajv-formats';
import fc from 'fast-check';
import { bigmindWebhooks, eventSchema, validateEvent } from '../../src';
import { compileSchemas } from '../../src/events/compile-schemas';
import { examplePayload, signDelivery } from '../../src/testing';
import { computingTime } from '../fixtures/computing-time';

const names = Object.entries(addAjvFormats(new Ajv2020()).formats).flatMap(([name, format]) =>
  format === true || (format as { type?: string }).type === 'number' ? [] : [name as FormatName],
);
const taken: Partial<Record<FormatName, string>> = {
  url: 'https://user:pass@example.com:8080/a?b#c',
  uri: 'mailto:a@example.com',
  email: 'a@example.com',
  byte: 'YWJj',
  'date-time': '2025-10-10T14:30:00Z',
  'json-pointer': '/a/0',
};

/** The error of a text under a format of a user's schema. */
function errorOf(format: FormatName, text: string) {
  const schema = { type: 'array', items: { type: 'string', format } };
  return compileSchemas({ custom: schema }).get('custom')?.([text]);
}

test('every format of ajv-formats is held to the same rules', () => {
  expect(names).toEqual(expect.arrayContaining(Object.keys(taken)));
  expect(names.length).toBeGreaterThanOrEqual(20);
});

const lead = [
  '',
  'http://',
  'http://a.bc/',
  'a@',
  '/',
  '#/',
  'a:',
  'P',
  '12:00:00.',
  '2025-10-10T12:00:00.',
  '{',
  '0/',
];
const repeated = [
  ':',
  'a.',
  'a-',
  '@',
  ':@',
  '%41',
  '1',
  'a',
  '/',
  '{a}',
  '~0',
  'T',
  ' ',
  'AAAA',
  'é',
  '🦉',
  '@a.bc/',
  'a@',
];

test.each(names)('%s takes a hostile text of 20,000 characters in time that grows with its length', (format) => {
  const check = compileSchemas({ custom: { type: 'string', format } }).get('custom');
  const computedMs = computingTime();
  for (const start of lead) {
    for (const part of repeated) {
      for (const end of ['', ' ', '!']) check?.(start + part.repeat(20_000 / part.length) + end);
    }
  }
  // The square of one such length would be minutes.
  expect(computedMs()).toBeLessThan(10_000);
});

test.each(names)('%s refuses a text of 20 MB, whatever it repeats, and says how long one may be', (format) => {
  for (const part of ['AAAA', '/a', '%41']) {
    const error = errorOf(format, part.repeat(20_000_000 / part.length));
    expect(error?.detail).toBe(
      `must be a ${format} of at most ${format === 'date-time' ? 1000 : 1_000_000} characters`,
    );
    expect(error).toMatchObject({ pointer: '/0', keyword: 'format' });
  }
});

test.each(Object.entries(taken) as [FormatName, string][])(
  '%s still takes %s, and says less of a wrong one',
  (format, text) => {
    expect(errorOf(format, text)).toBeUndefined();
    expect(errorOf(format, `${text}~\n `)).toEqual({ pointer: '/0', keyword: 'format', detail: `must be a ${format}` });
  },
);

test('url takes what ajv-formats takes, and nothing else', () => {
  const original = addAjvFormats.get('url') as RegExp;
  const check = compileSchemas({ custom: { type: 'string', format: 'url' } }).get('custom');
  const piece = fc.constantFrom(
    'http://',
    'ftp://',
    '@',
    ':',
    ':80',
    '/',
    '.',
    '-',
    'a',
    'bc',
    'é',
    '1',
    '10.0.0.1',
    '8.8.8.8',
    ' ',
    '?',
    '#',
    '🦉',
  );
  const text = fc.tuple(fc.constantFrom('http://', 'https://', 'ftp://', ''), fc.array(piece, { maxLength: 12 }));
  fc.assert(
    fc.property(text, ([scheme, pieces]) => {
      const url = scheme + pieces.join('');
      expect(check?.(url) === undefined).toBe(original.test(url));
    }),
    { numRuns: 5000 },
  );
});

test('5 MB of such addresses in a genuine delivery are handled within seconds', async () => {
  const schema = { type: 'object', properties: { links: { type: 'array', items: { type: 'string', format: 'url' } } } };
  const handled: string[] = [];
  const webhooks = bigmindWebhooks({
    secret: 'a secret',
    logger: false,
    schemas: { shared: eventSchema<{ event: 'shared' }>(schema) },
  }).on('shared', ({ event }) => void handled.push(event));
  const links = Array.from({ length: 240 }, () => `http://a.bc/${':'.repeat(20_000)}`);
  const computedMs = computingTime();
  const { status } = await webhooks.receive(signDelivery({ payload: { event: 'shared', links }, secret: 'a secret' }));
  // The square of their lengths would be minutes.
  expect(computedMs()).toBeLessThan(5000);
  expect([status, handled]).toEqual([200, ['shared']]);
});

test('a moment of a built-in schema that is too long is refused as before', () => {
  const timestamp = `2025-10-10T14:30:00.${'1'.repeat(2000)}Z`;
  expect(validateEvent(examplePayload('notes_created', { timestamp }))).toEqual({
    valid: false,
    errors: [{ pointer: '/timestamp', keyword: 'format', detail: 'must be a date-time' }],
  });
});
