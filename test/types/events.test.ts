import { expectTypeOf, type UnionToTuple } from 'expect-type';
import type {
  BigmindEvent,
  BigmindEventMap,
  EventName,
  FrameworkComponent,
  JsonValue,
  NotesCreatedData,
  NotesCreatedEvent,
  NotesUpdatedData,
  NoteWarning,
  QuestionAndAnswer,
  Relations,
  SignalActionEvent,
  Speaker,
  TodoCreatedEvent,
  TodoUpdatedEvent,
} from '../../src/events/generated/types';
import {
  eventNames,
  isBigmindEvent,
  isRangeAnswer,
  isWarningsNote,
  isYesNoAnswer,
  type RangeAnswer,
  type WarningsNoteCreated,
  type WarningsNoteUpdated,
  type YesNoAnswer,
} from '../../src/events/guards';
import { validateEvent } from '../../src/events/validate-event';

// The compiler is the test: none of these functions is called.
const compiles = (..._proofs: readonly ((...args: never[]) => unknown)[]) => expect.assertions(0);

test('an event is told by its name', () => {
  compiles((event: BigmindEvent) => {
    if (event.event === 'notes_created') expectTypeOf(event).toEqualTypeOf<NotesCreatedEvent>();
    if (event.event === 'todo_created' || event.event === 'todo_updated') {
      expectTypeOf(event).toEqualTypeOf<TodoCreatedEvent | TodoUpdatedEvent>();
      expectTypeOf(event.data.type).toEqualTypeOf<'email' | 'meeting' | 'task' | 'linkedin'>();
    }
    // @ts-expect-error no event has this name
    if (event.event === 'notes_create') return;
  });
  expectTypeOf<BigmindEvent>().toEqualTypeOf<BigmindEventMap[EventName]>();
  expectTypeOf<BigmindEvent['event']>().toEqualTypeOf<EventName>();
  expectTypeOf<{ [Name in EventName]: BigmindEventMap[Name]['event'] }>().toEqualTypeOf<{
    [Name in EventName]: Name;
  }>();
  expectTypeOf<(typeof eventNames)[number]>().toEqualTypeOf<EventName>();
  expectTypeOf(eventNames.length).toEqualTypeOf<UnionToTuple<EventName>['length']>();
});

test('a property that does not exist does not compile', () => {
  compiles((event: NotesCreatedEvent, speaker: Speaker) => {
    // @ts-expect-error a typo
    event.data.note_idd;
    // @ts-expect-error that of another event
    event.data.updated_at;
    // @ts-expect-error a typo in the envelope
    event.webhookId;
    // @ts-expect-error no index signature takes it
    speaker.emial;
  });
  expectTypeOf<keyof NotesCreatedEvent>().toEqualTypeOf<'event' | 'data' | 'relations' | 'webhook_id' | 'timestamp'>();
});

test('what may be null or absent says so', () => {
  expectTypeOf<NotesCreatedData['user_id']>().toEqualTypeOf<string | null>();
  expectTypeOf<NotesCreatedEvent['relations']>().toEqualTypeOf<Relations>();
  expectTypeOf<TodoUpdatedEvent['relations']>().toEqualTypeOf<Relations | undefined>();
  expectTypeOf<Speaker>().toEqualTypeOf<{ name: string; email?: string | null; device_id?: string | null }>();
  expectTypeOf<FrameworkComponent['component_value']>().toEqualTypeOf<string | number | boolean | null | JsonValue[]>();
  compiles(() => {
    // @ts-expect-error absent is not undefined
    const speaker: Speaker = { name: 'Jane', email: undefined };
    return speaker;
  });
});

test('open strings suggest and admit, closed ones are exact', () => {
  expectTypeOf<NotesCreatedData['note_type']>().toEqualTypeOf<'note' | 'warnings' | (string & {})>();
  expectTypeOf<string>().toExtend<NotesCreatedData['note_type']>();
  expectTypeOf<BigmindEventMap['todo_updated']['data']['priority']>().toEqualTypeOf<'high' | (string & {}) | null>();
  expectTypeOf<BigmindEventMap['agent_run_completed']['data']['initiated_by']>().toEqualTypeOf<'user' | 'system'>();
  expectTypeOf<BigmindEventMap['document_updated']['data']['template_purpose']>().toEqualTypeOf<
    'icp' | 'case_study' | 'product_family' | 'product' | 'deal-summary' | null
  >();
});

test('the action of a signal tells whether there is a question', () => {
  expectTypeOf<SignalActionEvent['data']['actionType']>().toEqualTypeOf<'feedback' | 'question'>();
  compiles((data: SignalActionEvent['data']) => {
    expectTypeOf(data.question).toEqualTypeOf<string | null>();
    if (data.actionType === 'question') expectTypeOf(data.question).toEqualTypeOf<string>();
    else expectTypeOf(data.question).toEqualTypeOf<string | null>();
  });
});

test('guards narrow whole objects', () => {
  expectTypeOf<NotesCreatedData['content']>().toEqualTypeOf<string | NoteWarning[]>();
  compiles(
    (data: NotesCreatedData) => {
      if (!isWarningsNote(data)) return;
      expectTypeOf(data).toEqualTypeOf<WarningsNoteCreated>();
      expectTypeOf(data.content).toEqualTypeOf<NoteWarning[]>();
      expectTypeOf(data.created_at).toEqualTypeOf<string>();
    },
    (data: NotesUpdatedData) => {
      if (isWarningsNote(data)) expectTypeOf(data).toEqualTypeOf<WarningsNoteUpdated>();
      else expectTypeOf(data).toEqualTypeOf<NotesUpdatedData>();
    },
    (data: NotesCreatedData | NotesUpdatedData) => {
      if (isWarningsNote(data)) expectTypeOf(data.content).toEqualTypeOf<NoteWarning[]>();
    },
    (qa: QuestionAndAnswer) => {
      expectTypeOf(qa.answer).toEqualTypeOf<JsonValue>();
      if (isYesNoAnswer(qa)) {
        expectTypeOf(qa).toEqualTypeOf<YesNoAnswer>();
        expectTypeOf(qa.answer).toEqualTypeOf<boolean | null>();
      } else if (isRangeAnswer(qa)) {
        expectTypeOf(qa).toEqualTypeOf<RangeAnswer>();
        expectTypeOf(qa.answer).toEqualTypeOf<number | null>();
      }
    },
    (qas: QuestionAndAnswer[]) => expectTypeOf(qas.filter(isYesNoAnswer)).toEqualTypeOf<YesNoAnswer[]>(),
  );
});

test('a name that is an event opens the map', () => {
  compiles((name: string) => {
    if (isBigmindEvent(name)) expectTypeOf(name).toEqualTypeOf<EventName>();
  });
});

test('a validated value is an event, and one that is not has errors', () => {
  compiles((value: unknown) => {
    const validation = validateEvent(value);
    if (validation.valid) expectTypeOf(validation.event).toEqualTypeOf<BigmindEvent>();
    else expectTypeOf(validation.errors[0]?.pointer).toEqualTypeOf<string | undefined>();
    // @ts-expect-error not before it is known to be valid
    validation.event;
  });
});
