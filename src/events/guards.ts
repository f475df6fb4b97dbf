import { eventNames } from './generated/event-names';
import type { EventName, NotesCreatedData, NotesUpdatedData, NoteWarning, QuestionAndAnswer } from './generated/types';

export { eventNames };

// A set, since `name in object` would also find inherited names.
const names: ReadonlySet<string> = new Set(eventNames);

/** Whether this is an event of Bigmind with a built-in schema. */
export function isBigmindEvent(name: string): name is EventName {
  return names.has(name);
}

/** A new note that lists warnings. */
export interface WarningsNoteCreated extends NotesCreatedData {
  note_type: 'warnings';
  content: NoteWarning[];
}

/** A changed note that lists warnings. */
export interface WarningsNoteUpdated extends NotesUpdatedData {
  note_type: 'warnings';
  content: NoteWarning[];
}

/** Whether a note lists warnings. The content of other notes is text. */
export function isWarningsNote(
  data: NotesCreatedData | NotesUpdatedData,
): data is WarningsNoteCreated | WarningsNoteUpdated {
  return data.note_type === 'warnings' && Array.isArray(data.content);
}

/** A yes-or-no question. */
export interface YesNoAnswer extends QuestionAndAnswer {
  question_type: 'yes_no';
  /** Null for a question left unanswered. */
  answer: boolean | null;
}

/** A question answered on a scale. */
export interface RangeAnswer extends QuestionAndAnswer {
  question_type: 'range';
  /** Null for a question left unanswered. */
  answer: number | null;
}

/** Whether a question asks for yes or no. Its answer is then a boolean, or null if it was left unanswered. */
export function isYesNoAnswer(qa: QuestionAndAnswer): qa is YesNoAnswer {
  return qa.question_type === 'yes_no' && (qa.answer === null || typeof qa.answer === 'boolean');
}

/** Whether a question asks for a number. Its answer is then a number, or null if it was left unanswered. */
export function isRangeAnswer(qa: QuestionAndAnswer): qa is RangeAnswer {
  return qa.question_type === 'range' && (qa.answer === null || typeof qa.answer === 'number');
}
