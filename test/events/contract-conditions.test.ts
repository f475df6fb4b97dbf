import { compileSchemas } from '../../src/events/compile-schemas';
import type { EventName } from '../../src/events/generated/types';
import { examplesOf } from '../fixtures/reference-examples';
import { without, withValue } from './pointer';

// What one property says about another. Pairs of changes to the first example; then where and why it is refused.
type Change = readonly [pointer: string, value: unknown];
type Refused = readonly [pointer: string, keyword: string];

const checks = compileSchemas();

function check(name: EventName, changes: readonly Change[]) {
  const [example] = examplesOf(name) as readonly unknown[];
  const payload = changes.reduce(
    (changed, [pointer, value]) =>
      value === undefined ? without(changed, pointer) : withValue(changed, pointer, value),
    example,
  );
  return checks.get(name)?.(payload);
}

const warning = { severity: 'high', warning: 'Budget', reasoning: 'Asked twice' };
const type = '/data/note_type';
const content = '/data/content';

describe.each(['notes_created', 'notes_updated'] as const)('%s', (name) => {
  test.each<[string, unknown, unknown]>([
    ['a list of warnings', 'warnings', [warning]],
    ['an empty list of warnings', 'warnings', []],
    ['a warning without reasoning', 'warnings', [{ severity: 'high', warning: 'Budget' }]],
    ['a warning with null for reasoning', 'warnings', [{ ...warning, reasoning: null }]],
    ['text in a note', 'note', ''],
    ['text in a note of a type nobody knows', 'a new type', 'text'],
    ['text in a note of no type', '', 'text'],
  ])('accepts %s', (_title, noteType, value) => {
    expect(
      check(name, [
        [type, noteType],
        [content, value],
      ]),
    ).toBeUndefined();
  });

  test.each<[string, unknown, unknown, Refused]>([
    ['text for warnings', 'warnings', 'text', [content, 'type']],
    ['null for warnings', 'warnings', null, [content, 'type']],
    ['an object for warnings', 'warnings', warning, [content, 'type']],
    ['warnings in a note', 'note', [warning], [content, 'type']],
    ['an empty list in a note', 'note', [], [content, 'type']],
    ['warnings in a note of a type nobody knows', 'Warnings', [warning], [content, 'type']],
    ['null in a note', 'note', null, [content, 'type']],
    ['text among warnings', 'warnings', [warning, 'text'], [`${content}/1`, 'type']],
    ['a warning without its text', 'warnings', [{ severity: 'high' }], [`${content}/0/warning`, 'required']],
    // Whatever the content: it is not to be blamed for the type.
    ['a number for the type, with warnings', 7, [warning], [type, 'type']],
    ['a number for the type, with text', 7, 'text', [type, 'type']],
    ['no type, with warnings', undefined, [warning], [type, 'required']],
    ['no type, with text', undefined, 'text', [type, 'required']],
    ['no content for warnings', 'warnings', undefined, [content, 'required']],
    ['no content in a note', 'note', undefined, [content, 'required']],
  ])('refuses %s', (_title, noteType, value, [pointer, keyword]) => {
    expect(
      check(name, [
        [type, noteType],
        [content, value],
      ]),
    ).toMatchObject({ pointer, keyword });
  });
});

describe('scorecard_answers_created', () => {
  const question = '/data/questions_and_answers/0';

  test.each<[string, unknown]>([
    ['yes_no', true],
    ['yes_no', false],
    ['yes_no', null],
    ['range', 0],
    ['range', 7.5],
    ['range', null],
    ['open', null],
    ['open', 'text'],
    ['open', { any: ['thing'] }],
    ['Yes_No', 'text'],
    ['', 7],
  ])('accepts in a question of type %s the answer %j', (questionType, answer) => {
    const changes: Change[] = [
      [`${question}/question_type`, questionType],
      [`${question}/answer`, answer],
    ];
    expect(check('scorecard_answers_created', changes)).toBeUndefined();
  });

  test.each<[unknown, unknown, string, string]>([
    ['yes_no', 'yes', 'answer', 'type'],
    ['yes_no', 1, 'answer', 'type'],
    ['yes_no', [], 'answer', 'type'],
    ['yes_no', undefined, 'answer', 'required'],
    ['range', '8', 'answer', 'type'],
    ['range', true, 'answer', 'type'],
    ['range', {}, 'answer', 'type'],
    ['range', undefined, 'answer', 'required'],
    ['open', undefined, 'answer', 'required'],
    [undefined, 'text', 'question_type', 'required'],
    [null, 'text', 'question_type', 'type'],
    [['yes_no'], 'text', 'question_type', 'type'],
  ])('refuses in a question of type %j the answer %j, by its %s', (questionType, answer, place, keyword) => {
    const changes: Change[] = [
      [`${question}/question_type`, questionType],
      [`${question}/answer`, answer],
    ];
    expect(check('scorecard_answers_created', changes)).toMatchObject({ pointer: `${question}/${place}`, keyword });
  });
});

describe.each(['framework_answers_created', 'framework_answers_updated'] as const)('%s', (name) => {
  const component = '/data/components_and_values/0';
  const changes = (componentType: unknown, value: unknown): Change[] => [
    [`${component}/component_type`, 'some'],
    [`${component}/component_type`, componentType],
    [`${component}/component_value`, value],
  ];

  test.each<[unknown, unknown]>([
    [undefined, 'text'],
    [undefined, null],
    ['text', ''],
    ['text', null],
    ['number', 7],
    ['number', 'seven'],
    ['checkbox', false],
    ['list', []],
    ['list', ['a', 1, { b: 2 }]],
    ['Text', 7],
    ['', null],
  ])('accepts in a component of type %j the value %j', (componentType, value) => {
    expect(check(name, changes(componentType, value))).toBeUndefined();
  });

  test.each<[unknown, unknown, string, string]>([
    [undefined, 7, 'component_value', 'type'],
    [undefined, ['a'], 'component_value', 'type'],
    ['text', false, 'component_value', 'type'],
    ['text', [], 'component_value', 'type'],
    ['text', {}, 'component_value', 'type'],
    ['number', {}, 'component_value', 'type'],
    ['number', undefined, 'component_value', 'required'],
    [undefined, undefined, 'component_value', 'required'],
    [null, 7, 'component_type', 'type'],
    [7, 7, 'component_type', 'type'],
  ])('refuses in a component of type %j the value %j, by its %s', (componentType, value, place, keyword) => {
    expect(check(name, changes(componentType, value))).toMatchObject({ pointer: `${component}/${place}`, keyword });
  });
});

describe('signal_action', () => {
  const changes = (actionType: unknown, question: unknown): Change[] => [
    ['/data/actionType', actionType],
    ['/data/question', question],
  ];

  test.each([
    ['question', 'Is it urgent?'],
    ['question', ''],
    ['feedback', 'Is it urgent?'],
    ['feedback', null],
  ])('accepts for the action %s the question %j', (actionType, question) => {
    expect(check('signal_action', changes(actionType, question))).toBeUndefined();
  });

  test.each<[unknown, unknown, string, string]>([
    ['question', null, 'question', 'type'],
    ['question', 7, 'question', 'type'],
    ['question', undefined, 'question', 'required'],
    ['feedback', 7, 'question', 'type'],
    ['feedback', undefined, 'question', 'required'],
    ['other', null, 'actionType', 'enum'],
    ['other', 'Is it urgent?', 'actionType', 'enum'],
    [null, null, 'actionType', 'type'],
    [undefined, null, 'actionType', 'required'],
  ])('refuses for the action %j the question %j, by its %s', (actionType, question, place, keyword) => {
    expect(check('signal_action', changes(actionType, question))).toMatchObject({ pointer: `/data/${place}`, keyword });
  });
});
