import { eventNames } from './generated/event-names';
import type { EventName, NotesCreatedData, NotesUpdatedData, NoteWarning, QuestionAndAnswer } from './generated/types';

export { eventNames };

// A set, since `name in object` would also find what every object inherits.
const names: ReadonlySet<string> = new Set(eventNames);

/** Whether Bigmind sends events of this name, and a schema for them is built in. */
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

/** Whether a note lists warnings; the content of any other is text. */
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

/** Whether a question asks for yes or no. Its answer is then a boolean, or null where it was left unanswered. */
export function isYesNoAnswer(qa: QuestionAndAnswer): qa is YesNoAnswer {
  return qa.question_type === 'yes_no' && (qa.answer === null || typeof qa.answer === 'boolean');
}

/** Whether a question asks for a number. Its answer is then a number, or null where it was left unanswered. */
export function isRangeAnswer(qa: QuestionAndAnswer): qa is RangeAnswer {
  return qa.question_type === 'range' && (qa.answer === null || typeof qa.answer === 'number');
}
