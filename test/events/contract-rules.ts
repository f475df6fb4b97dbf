/** What was decided of one property: values it takes, and values it does not with the keyword that says why. */
export interface Rule {
  readonly takes: readonly unknown[];
  readonly refuses: readonly Refusal[];
  readonly optional?: true;
}

/** `at` is the place of the error within the value, where it is not the value itself. */
export type Refusal = readonly [value: unknown, keyword: string, at?: string];

const notNull: Refusal = [null, 'type'];
const noStrings: readonly Refusal[] = [notNull, [7, 'type'], [true, 'type'], [['x'], 'type'], [{ x: 1 }, 'type']];

/** Any string, the empty one too. */
export const text: Rule = {
  takes: ['', ' ', 'x', 'josé ✓ \u0000', '<script>alert(1)</script>', '🦉'.repeat(500)],
  refuses: noStrings,
};

export const filledText: Rule = {
  takes: text.takes.filter((value) => value !== ''),
  refuses: [...noStrings, ['', 'minLength']],
};

export const address: Rule = {
  takes: ['jane@example.com', 'josé@example.com', 'a@b', "o'hara+tag@sub.example.co.uk", '用户@例子.公司'],
  refuses: [
    ...noStrings,
    ...['', 'jane', 'jane@', '@example.com', 'a b@c', 'a@b@c', 'a@b c', 'a@b\n'].map(
      (value): Refusal => [value, 'pattern'],
    ),
  ],
};

/** An id with or without a prefix. */
export const id: Rule = {
  takes: ['mtg_abc123', '0', 'f47ac10b-58cc-4372-a567-0e02b2c3d479', 'any string at all', '🦉'],
  refuses: [...noStrings, ['', 'minLength']],
};

/** RFC 3339, section 5.6, and what senders write beside it. */
export const time: Rule = {
  takes: [
    '2025-10-10T14:30:00.000Z',
    '2025-10-10T14:30:00Z',
    '2025-10-10t14:30:00z',
    '2024-02-29T00:00:00.123456789+05:30',
    '2016-12-31T23:59:60Z',
    '2016-12-31T18:29:60-05:30',
    '2025-10-10T14:30:00+0200',
    '2025-10-10T14:30:00+02',
    '2025-10-10 14:30:00Z',
  ],
  refuses: [
    ...noStrings.filter(([value]) => value !== 7),
    [1760106600, 'type'],
    ...[
      '',
      'yesterday',
      '2025-10-10',
      '2025-10-10T14:30:00',
      '2025-02-29T00:00:00Z',
      '2025-13-01T00:00:00Z',
      '2025-10-10T24:00:00Z',
      '2025-10-10T14:30:60Z',
      '2025-10-10T14:30:00Z\n',
    ].map((value): Refusal => [value, 'format']),
  ],
};

export const flag: Rule = {
  takes: [true, false],
  refuses: [notNull, ['true', 'type'], [1, 'type'], [[], 'type'], [{}, 'type']],
};

export const number: Rule = {
  takes: [0, -1, 8, 0.5, 1e21],
  refuses: [notNull, ['8', 'type'], [true, 'type'], [[], 'type'], [{}, 'type']],
};

export const count: Rule = {
  takes: [0, 1, 6, 2 ** 31],
  refuses: [notNull, [-1, 'minimum'], [0.5, 'type'], ['6', 'type'], [true, 'type'], [[], 'type']],
};

export const anyJson: Rule = { takes: [null, true, 8, '', 'x', [], [1, ['x']], {}, { a: { b: null } }], refuses: [] };

/** An object that others are inside of: it takes properties that nobody knows. */
export const object: Rule = { takes: [], refuses: [notNull, ['x', 'type'], [7, 'type'], [[], 'type']] };

/** A list, possibly empty; the rules for what is in it stand beside it. */
export const list: Rule = {
  takes: [[]],
  refuses: [notNull, ['x', 'type'], [7, 'type'], [{}, 'type'], [[null], 'type', '/0'], [[[]], 'type', '/0']],
};

export const texts: Rule = { takes: [[], [''], ['a', 'a']], refuses: [...list.refuses, [['a', 7], 'type', '/1']] };

export const ids: Rule = {
  takes: [[], ['a'], ['acc_1', 'f47ac10b', '0']],
  refuses: [...list.refuses, [['a', ''], 'minLength', '/1'], [['a', 7], 'type', '/1'], [['a', null], 'type', '/1']],
};

export const oneOf = (...values: readonly string[]): Rule => ({
  takes: values,
  refuses: [
    ...noStrings,
    ...['', 'other', ...values.map((value) => value.toUpperCase())].map((value): Refusal => [value, 'enum']),
  ],
});

export const nullable = ({ takes, refuses, ...rest }: Rule): Rule => ({
  ...rest,
  takes: [...takes, null],
  refuses: refuses.filter(([value]) => value !== null),
});

export const optional = (rule: Rule): Rule => ({ ...rule, optional: true });
