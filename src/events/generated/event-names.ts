// Generated from schemas/*.schema.json by `npm run generate`. Do not edit.

import type { EventName } from './types';

/** The names of the events that Bigmind sends. */
export const eventNames = Object.freeze([
  'agent_run_completed',
  'document_generated',
  'document_updated',
  'email_generated',
  'email_sent',
  'framework_answers_created',
  'framework_answers_updated',
  'meeting_relations_created',
  'notes_created',
  'notes_updated',
  'scorecard_answers_created',
  'signal_action',
  'summary_created',
  'todo_created',
  'todo_updated',
  'transcription_created',
] as const) satisfies readonly EventName[];
