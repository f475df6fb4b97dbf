// Generated from schemas/*.schema.json by `npm run generate`. Do not edit.

/**
 * Any event that Bigmind sends, told apart by `event`.
 */
export type BigmindEvent =
  | AgentRunCompletedEvent
  | DocumentGeneratedEvent
  | DocumentUpdatedEvent
  | EmailGeneratedEvent
  | EmailSentEvent
  | FrameworkAnswersCreatedEvent
  | FrameworkAnswersUpdatedEvent
  | MeetingRelationsCreatedEvent
  | NotesCreatedEvent
  | NotesUpdatedEvent
  | ScorecardAnswersCreatedEvent
  | SignalActionEvent
  | SummaryCreatedEvent
  | TodoCreatedEvent
  | TodoUpdatedEvent
  | TranscriptionCreatedEvent;
/**
 * The click and the signal it answers.
 */
export type SignalActionData = SignalQuestionData | SignalFeedbackData;

/**
 * An agent has finished its run, whether somebody chatted with it or it ran in the background.
 */
export interface AgentRunCompletedEvent {
  /**
   * The name of the event.
   */
  event: 'agent_run_completed';
  data: AgentRunCompletedData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The run.
 */
export interface AgentRunCompletedData {
  /**
   * The chat of the run.
   */
  chat_id: string;
  /**
   * The mode that the agent ran in. More modes than those suggested may exist.
   */
  agent_mode: 'follow-up' | 'post-meeting-automation' | (string & {});
  /**
   * Who started the run: a `user` in a chat, or the `system` in the background.
   */
  initiated_by: 'user' | 'system';
  /**
   * What kind of object the run was about, if any.
   */
  object_type: 'meeting_session' | (string & {}) | null;
  /**
   * The object the run was about, if any.
   */
  object_id: string | null;
  /**
   * The names of the tools it called, each once; possibly none.
   */
  tools_used: string[];
  /**
   * How many messages the session has.
   */
  message_count: number;
}
/**
 * The CRM records that the event is about, by kind. A kind without records has an empty array.
 */
export interface Relations {
  /**
   * Ids of the accounts.
   */
  associated_account_ids: string[];
  /**
   * Ids of the contacts.
   */
  associated_contact_ids: string[];
  /**
   * Ids of the deals.
   */
  associated_deal_ids: string[];
  /**
   * Ids of the leads.
   */
  associated_lead_ids: string[];
}
/**
 * The AI has written a document from a template.
 */
export interface DocumentGeneratedEvent {
  /**
   * The name of the event.
   */
  event: 'document_generated';
  data: DocumentData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * A document that the AI wrote from a template, and the template.
 */
export interface DocumentData {
  /**
   * The document.
   */
  document_id: string;
  /**
   * The title of the document.
   */
  title: string;
  /**
   * The template it was written from.
   */
  template_id: string;
  /**
   * The title of that template.
   */
  template_title: string;
  /**
   * What the template is for; null for a general one.
   */
  template_purpose: 'icp' | 'case_study' | 'product_family' | 'product' | 'deal-summary' | null;
}
/**
 * The AI has rewritten a document, such as a deal summary after another meeting.
 */
export interface DocumentUpdatedEvent {
  /**
   * The name of the event.
   */
  event: 'document_updated';
  data: DocumentData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The AI has drafted a mail that nobody has sent yet: it may still be edited or thrown away.
 */
export interface EmailGeneratedEvent {
  /**
   * The name of the event.
   */
  event: 'email_generated';
  data: EmailGeneratedData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The draft.
 */
export interface EmailGeneratedData {
  /**
   * The subject line.
   */
  subject: string;
  /**
   * Whom the mail is for: one address as a rule, though several or one with a display name are not ruled out.
   */
  to: string;
  /**
   * The draft as HTML, possibly empty. It is untrusted: sanitise it before you show it.
   */
  body: string;
  /**
   * The chat it was drafted in; null outside a chat.
   */
  chat_id: string | null;
  /**
   * The mode that the agent ran in, if any. More modes than those suggested may exist.
   */
  agent_mode: 'follow-up' | 'post-meeting-automation' | (string & {}) | null;
}
/**
 * A mail that the AI drafted has been confirmed and sent.
 */
export interface EmailSentEvent {
  /**
   * The name of the event.
   */
  event: 'email_sent';
  data: EmailSentData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The mail that went out.
 */
export interface EmailSentData {
  /**
   * The subject line.
   */
  subject: string;
  /**
   * Whom the mail is for: one address as a rule, though several or one with a display name are not ruled out.
   */
  to: string;
  /**
   * The integration that sent it. More than those suggested may exist.
   */
  integration_id: 'google-gmail' | (string & {});
  /**
   * On whose behalf it was sent.
   */
  user_id: string;
}
/**
 * A component of a framework has got its first value.
 */
export interface FrameworkAnswersCreatedEvent {
  /**
   * The name of the event.
   */
  event: 'framework_answers_created';
  data: FrameworkAnswersCreatedData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The framework with all its components.
 */
export interface FrameworkAnswersCreatedData {
  /**
   * The framework.
   */
  framework_id: string;
  /**
   * The framework by the name people know it by.
   */
  framework_name: string;
  /**
   * What kind of CRM object the framework is applied to.
   */
  target_object_name: 'Opportunity' | (string & {});
  /**
   * The CRM object the framework is applied to.
   */
  target_object_id: string;
  /**
   * All components of the framework, not only the one that caused the event.
   */
  components_and_values: FrameworkComponent[];
  /**
   * When the value was entered.
   */
  created_at: string;
}
/**
 * One component of a framework and the value it has now.
 */
export interface FrameworkComponent {
  /**
   * The component.
   */
  component_id: string;
  /**
   * The component by the name people know it by.
   */
  component_name: string;
  /**
   * What kind of value the component holds. Where it is absent, read it as `text`.
   */
  component_type?: 'text' | (string & {});
  /**
   * The value; null while nobody has filled it in. A component of type `text`, or of no stated type, holds a string or null.
   */
  component_value: string | number | boolean | null | JsonValue[];
  /**
   * How far the component has come. More states than those suggested may exist.
   */
  component_status: 'completed' | 'in-progress' | 'not-started' | (string & {});
}
/**
 * The value of a component of a framework has changed.
 */
export interface FrameworkAnswersUpdatedEvent {
  /**
   * The name of the event.
   */
  event: 'framework_answers_updated';
  data: FrameworkAnswersUpdatedData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The framework with all its components, after the change.
 */
export interface FrameworkAnswersUpdatedData {
  /**
   * The framework.
   */
  framework_id: string;
  /**
   * The framework by the name people know it by.
   */
  framework_name: string;
  /**
   * What kind of CRM object the framework is applied to.
   */
  target_object_name: 'Opportunity' | (string & {});
  /**
   * The CRM object the framework is applied to.
   */
  target_object_id: string;
  /**
   * All components of the framework, not only the one that caused the event.
   */
  components_and_values: FrameworkComponent[];
  /**
   * When the value changed.
   */
  updated_at: string;
}
/**
 * A meeting has been linked to CRM records, which may be long after its transcript was sent.
 */
export interface MeetingRelationsCreatedEvent {
  /**
   * The name of the event.
   */
  event: 'meeting_relations_created';
  data: MeetingRelationsCreatedData;
  relations?: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The meeting and the records it is now linked to.
 */
export interface MeetingRelationsCreatedData {
  /**
   * The meeting.
   */
  meeting_id: string;
  /**
   * The sitting of the meeting: a recurring meeting has several.
   */
  session_id: string;
  relations: Relations;
}
/**
 * A note has been written.
 */
export interface NotesCreatedEvent {
  /**
   * The name of the event.
   */
  event: 'notes_created';
  data: NotesCreatedData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The new note.
 */
export interface NotesCreatedData {
  /**
   * The note.
   */
  note_id: string;
  /**
   * What kind of note it is; `warnings` decides the form of `content`. More kinds than those suggested may exist.
   */
  note_type: 'note' | 'warnings' | (string & {});
  /**
   * A list of warnings where `note_type` is `warnings`, and text for every other type.
   */
  content: string | NoteWarning[];
  /**
   * Who wrote the note; null where no user did.
   */
  user_id: string | null;
  /**
   * What kind of CRM object the note is on.
   */
  target_object_name: 'Contact' | 'Opportunity' | (string & {});
  /**
   * The CRM object the note is on.
   */
  target_object_id: string;
  /**
   * When the note was written.
   */
  created_at: string;
}
/**
 * One warning in the content of a note whose `note_type` is `warnings`.
 */
export interface NoteWarning {
  /**
   * How grave the warning is. More grades than those suggested may exist.
   */
  severity: 'high' | 'medium' | (string & {});
  /**
   * The warning itself.
   */
  warning: string;
  /**
   * What led the AI to it.
   */
  reasoning?: string | null;
}
/**
 * A note has been changed.
 */
export interface NotesUpdatedEvent {
  /**
   * The name of the event.
   */
  event: 'notes_updated';
  data: NotesUpdatedData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The note as it reads after the change.
 */
export interface NotesUpdatedData {
  /**
   * The note.
   */
  note_id: string;
  /**
   * What kind of note it is; `warnings` decides the form of `content`. More kinds than those suggested may exist.
   */
  note_type: 'note' | 'warnings' | (string & {});
  /**
   * A list of warnings where `note_type` is `warnings`, and text for every other type.
   */
  content: string | NoteWarning[];
  /**
   * Who wrote the note; null where no user did.
   */
  user_id: string | null;
  /**
   * What kind of CRM object the note is on.
   */
  target_object_name: 'Contact' | 'Opportunity' | (string & {});
  /**
   * The CRM object the note is on.
   */
  target_object_id: string;
  /**
   * When the note was changed.
   */
  updated_at: string;
}
/**
 * Every question of a scorecard has been answered.
 */
export interface ScorecardAnswersCreatedEvent {
  /**
   * The name of the event.
   */
  event: 'scorecard_answers_created';
  data: ScorecardAnswersCreatedData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The scorecard, what was scored, and the answers.
 */
export interface ScorecardAnswersCreatedData {
  /**
   * The scorecard.
   */
  scorecard_id: string;
  /**
   * The scorecard by the name people know it by.
   */
  scorecard_name: string;
  /**
   * What kind of object was scored.
   */
  target_object_name: 'meeting_session' | (string & {});
  /**
   * The object that was scored.
   */
  target_object_id: string;
  /**
   * The questions with their answers.
   */
  questions_and_answers: QuestionAndAnswer[];
}
/**
 * One question of a scorecard and the answer to it.
 */
export interface QuestionAndAnswer {
  /**
   * The question.
   */
  question_id: string;
  /**
   * The question in words.
   */
  question_name: string;
  /**
   * Which kind of answer the question takes. More kinds than those suggested may exist.
   */
  question_type: 'yes_no' | 'range' | (string & {});
  /**
   * The answer: a boolean for `yes_no`, a number for `range`, any JSON value for other types, and null for a question left unanswered.
   */
  answer: JsonValue;
  /**
   * What the answer rests on.
   */
  reasoning?: string | null;
}
/**
 * Somebody has clicked a button on a signal, in a mail, in Slack or in the feed.
 */
export interface SignalActionEvent {
  /**
   * The name of the event.
   */
  event: 'signal_action';
  data: SignalActionData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The answer to a question of your own.
 */
export interface SignalQuestionData {
  /**
   * The signal.
   */
  signalId: string;
  /**
   * The short name of the signal.
   */
  signalSlug: string;
  /**
   * The occurrence of the signal that was answered.
   */
  signalEventId: string;
  /**
   * Who clicked.
   */
  userId: string;
  /**
   * The address of who clicked.
   */
  userEmail: string;
  /**
   * What kind of CRM object the signal is about, if any.
   */
  objectType: 'account' | (string & {}) | null;
  /**
   * The CRM object the signal is about, if any.
   */
  objectId: string | null;
  /**
   * `feedback` for the built-in yes and no, `question` for a question of your own.
   */
  actionType: 'question';
  /**
   * The question that was put. Never null where `actionType` is `question`.
   */
  question: string;
  /**
   * What the clicked button says.
   */
  label: string;
  /**
   * What the clicked button stands for.
   */
  value: string;
  /**
   * The mini app that the button belongs to, if any.
   */
  miniAppId: string | null;
  /**
   * When it was clicked.
   */
  respondedAt: string;
}
/**
 * A click on the built-in yes or no.
 */
export interface SignalFeedbackData {
  /**
   * The signal.
   */
  signalId: string;
  /**
   * The short name of the signal.
   */
  signalSlug: string;
  /**
   * The occurrence of the signal that was answered.
   */
  signalEventId: string;
  /**
   * Who clicked.
   */
  userId: string;
  /**
   * The address of who clicked.
   */
  userEmail: string;
  /**
   * What kind of CRM object the signal is about, if any.
   */
  objectType: 'account' | (string & {}) | null;
  /**
   * The CRM object the signal is about, if any.
   */
  objectId: string | null;
  /**
   * `feedback` for the built-in yes and no, `question` for a question of your own.
   */
  actionType: 'feedback';
  /**
   * The question that was put. Never null where `actionType` is `question`.
   */
  question: string | null;
  /**
   * What the clicked button says.
   */
  label: string;
  /**
   * What the clicked button stands for.
   */
  value: string;
  /**
   * The mini app that the button belongs to, if any.
   */
  miniAppId: string | null;
  /**
   * When it was clicked.
   */
  respondedAt: string;
}
/**
 * The summary of a meeting is ready.
 */
export interface SummaryCreatedEvent {
  /**
   * The name of the event.
   */
  event: 'summary_created';
  data: SummaryCreatedData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The summary and the meeting it sums up.
 */
export interface SummaryCreatedData {
  /**
   * The meeting.
   */
  meeting_id: string;
  /**
   * The sitting of the meeting: a recurring meeting has several.
   */
  session_id: string;
  /**
   * The summary as HTML, possibly empty. It is untrusted: sanitise it before you show it.
   */
  summary: string;
}
/**
 * The AI has drawn an action item from a meeting.
 */
export interface TodoCreatedEvent {
  /**
   * The name of the event.
   */
  event: 'todo_created';
  data: TodoCreatedData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The new action item.
 */
export interface TodoCreatedData {
  /**
   * The action item.
   */
  todo_id: string;
  /**
   * How the item is to be done.
   */
  type: 'email' | 'meeting' | 'task' | 'linkedin';
  /**
   * What is to be done.
   */
  description: string;
  /**
   * When it is due; null if it has no date.
   */
  due_at: string | null;
  /**
   * Whether the AI made the item.
   */
  ai_generated: boolean;
  /**
   * The meeting it comes from, if any.
   */
  meeting_id: string | null;
  /**
   * The sitting of the meeting it comes from, if any.
   */
  session_id: string | null;
  /**
   * What kind of object the item is about, if any.
   */
  target_object_name: 'deal' | (string & {}) | null;
  /**
   * The object the item is about, if any.
   */
  target_object_id: string | null;
  /**
   * The table which that object lives in.
   */
  target_table: 'deals' | (string & {}) | null;
  /**
   * What kind of object that one belongs to, if any.
   */
  parent_target_object_name?: 'account' | (string & {}) | null;
  /**
   * The object that that one belongs to, if any.
   */
  parent_target_object_id?: string | null;
  /**
   * The table which the parent lives in.
   */
  parent_target_table?: 'accounts' | (string & {}) | null;
}
/**
 * An action item has changed: its state, priority, date, owner or object.
 */
export interface TodoUpdatedEvent {
  /**
   * The name of the event.
   */
  event: 'todo_updated';
  data: TodoUpdatedData;
  relations?: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The action item as it stands after the change.
 */
export interface TodoUpdatedData {
  /**
   * The action item.
   */
  todo_id: string;
  /**
   * How the item is to be done.
   */
  type: 'email' | 'meeting' | 'task' | 'linkedin';
  /**
   * What is to be done.
   */
  description: string;
  /**
   * When it is due; null if it has no date.
   */
  due_at: string | null;
  /**
   * Until when it is put off; null if it is not.
   */
  snoozed_until: string | null;
  /**
   * Whether the AI made the item.
   */
  ai_generated: boolean;
  /**
   * The user who is to do it; null if nobody is.
   */
  assigned_to: string | null;
  /**
   * How urgent it is, if anybody said. More grades than those suggested may exist.
   */
  priority: 'high' | (string & {}) | null;
  /**
   * Where it stands. More states than those suggested may exist.
   */
  status: 'done' | (string & {});
  /**
   * When it was done; null while it is open.
   */
  completed_at: string | null;
  /**
   * What kind of object the item is about, if any.
   */
  target_object_name: 'deal' | (string & {}) | null;
  /**
   * The object the item is about, if any.
   */
  target_object_id: string | null;
  /**
   * The table which that object lives in.
   */
  target_table: 'deals' | (string & {}) | null;
  /**
   * What kind of object that one belongs to, if any.
   */
  parent_target_object_name?: 'account' | (string & {}) | null;
  /**
   * The object that that one belongs to, if any.
   */
  parent_target_object_id?: string | null;
  /**
   * The table which the parent lives in.
   */
  parent_target_table?: 'accounts' | (string & {}) | null;
  /**
   * When it changed.
   */
  updated_at: string;
}
/**
 * The transcript of a meeting is ready.
 */
export interface TranscriptionCreatedEvent {
  /**
   * The name of the event.
   */
  event: 'transcription_created';
  data: TranscriptionCreatedData;
  relations: Relations;
  /**
   * The webhook destination that the delivery was sent to. Many deliveries share it, so it tells no two of them apart.
   */
  webhook_id: string;
  /**
   * When the event happened.
   */
  timestamp: string;
}
/**
 * The transcript and who speaks in it.
 */
export interface TranscriptionCreatedData {
  /**
   * The meeting.
   */
  meeting_id: string;
  /**
   * The sitting of the meeting: a recurring meeting has several.
   */
  session_id: string;
  /**
   * The transcript as HTML, possibly empty. It is untrusted: sanitise it before you show it.
   */
  transcript: string;
  /**
   * Who speaks in the transcript; possibly nobody.
   */
  speakers: Speaker[];
}
/**
 * Somebody who speaks in a transcript. Of a guest or a dial-in often no more than the name is known.
 */
export interface Speaker {
  /**
   * The speaker's name.
   */
  name: string;
  /**
   * The speaker's address, as the meeting tool gave it: any string.
   */
  email?: string | null;
  /**
   * The device the speaker joined from: any string.
   */
  device_id?: string | null;
}

/** The interface of each event, by its name. */
export interface BigmindEventMap {
  agent_run_completed: AgentRunCompletedEvent;
  document_generated: DocumentGeneratedEvent;
  document_updated: DocumentUpdatedEvent;
  email_generated: EmailGeneratedEvent;
  email_sent: EmailSentEvent;
  framework_answers_created: FrameworkAnswersCreatedEvent;
  framework_answers_updated: FrameworkAnswersUpdatedEvent;
  meeting_relations_created: MeetingRelationsCreatedEvent;
  notes_created: NotesCreatedEvent;
  notes_updated: NotesUpdatedEvent;
  scorecard_answers_created: ScorecardAnswersCreatedEvent;
  signal_action: SignalActionEvent;
  summary_created: SummaryCreatedEvent;
  todo_created: TodoCreatedEvent;
  todo_updated: TodoUpdatedEvent;
  transcription_created: TranscriptionCreatedEvent;
}

/** The name of an event that Bigmind sends. */
export type EventName = keyof BigmindEventMap;

/** Whatever JSON can say. */
export type JsonValue = boolean | number | string | null | JsonValue[] | { [key: string]: JsonValue };
