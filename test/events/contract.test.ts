import { compileSchemas } from '../../src/events/compile-schemas';
import type { EventName } from '../../src/events/generated/types';
import { eventNames } from '../../src/events/guards';
import { examplesOf } from '../fixtures/reference-examples';
import { contract, otherAnswer, type Rules, warningsContent } from './contract-table';
import { pointersIn, valueAt, without, withValue } from './pointer';

const checks = compileSchemas();
const check = (name: EventName, payload: unknown) => checks.get(name)?.(payload);

/** The reference's example, with the root relations that two of them lack: optional, but not unchecked. */
const base = (name: EventName): unknown => ({
  relations: examplesOf('summary_created')[0]?.relations,
  ...examplesOf(name)[0],
});

describe.each(eventNames)('%s', (name) => {
  holdsTo(name, base(name), contract[name]);

  test('has a rule for every property of its example', () => {
    const ruled = new Set(Object.keys(contract[name]));
    const items = /\/(associated_\w+_ids|tools_used)\/0$/;
    const named = pointersIn(base(name)).filter((pointer) => pointer !== '/event' && !items.test(pointer));
    expect(named.filter((pointer) => !ruled.has(pointer))).toStrictEqual([]);
  });

  test.each([name.toUpperCase(), 'other', '', null, 7])('refuses the event name %j', (event) => {
    expect(check(name, withValue(base(name), '/event', event))).toMatchObject({ pointer: '/event', keyword: 'const' });
  });

  test('refuses a payload without its event name', () => {
    expect(check(name, without(base(name), '/event'))).toMatchObject({ pointer: '/event', keyword: 'required' });
  });
});

describe('a note of warnings', () => {
  const created = examplesOf('notes_created')[1];
  holdsTo('notes_created', created, warningsContent);
  const { created_at, ...data } = created?.data ?? { created_at: '' };
  const updated = { ...created, event: 'notes_updated', data: { ...data, updated_at: created_at } };
  holdsTo('notes_updated', updated, warningsContent);
});

describe('an answer of another type', () => {
  const example = base('scorecard_answers_created');
  holdsTo(
    'scorecard_answers_created',
    withValue(example, '/data/questions_and_answers/0/question_type', 'open'),
    otherAnswer,
  );
});

function holdsTo(name: EventName, payload: unknown, rules: Rules): void {
  test(`${name}: accepts the example`, () => {
    expect(check(name, payload)).toBeUndefined();
  });

  for (const [pointer, rule] of Object.entries(rules)) {
    for (const value of rule.takes) {
      test(`${name}: accepts ${brief(value)} at ${pointer}`, () => {
        expect(check(name, withValue(payload, pointer, value))).toBeUndefined();
      });
    }
    for (const [value, keyword, inner = ''] of rule.refuses) {
      test(`${name}: refuses ${brief(value)} at ${pointer} by ${keyword}`, () => {
        expect(check(name, withValue(payload, pointer, value))).toEqual({
          pointer: pointer + inner,
          keyword,
          detail: expect.any(String),
        });
      });
    }
    if (isObject(valueAt(payload, pointer))) {
      test(`${name}: accepts properties that nobody knows in ${pointer || 'the payload'}`, () => {
        const known = valueAt(payload, pointer) as object;
        const more = { ...known, brand_new: { deep: [null] }, constructor: 1, toString: null };
        expect(check(name, withValue(payload, pointer, more))).toBeUndefined();
      });
    }
    if (pointer === '' || pointer.endsWith('/0')) continue;
    if (rule.optional) {
      test(`${name}: accepts a payload without ${pointer}`, () => {
        expect(check(name, without(payload, pointer))).toBeUndefined();
      });
    } else {
      test(`${name}: refuses a payload without ${pointer}`, () => {
        expect(check(name, without(payload, pointer))).toMatchObject({ pointer, keyword: 'required' });
      });
    }
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brief(value: unknown): string {
  return JSON.stringify(value).slice(0, 40);
}
