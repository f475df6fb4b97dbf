// Generated from schemas/*.schema.json by `npm run generate`. Do not edit.

import type { EventName } from './types';

export const commonSchema: object = require('../../../schemas/common.schema.json');

export const builtInSchemas: Readonly<Record<EventName, object>> = Object.freeze({
  agent_run_completed: require('../../../schemas/agent_run_completed.schema.json') as object,
  document_generated: require('../../../schemas/document_generated.schema.json') as object,
  document_updated: require('../../../schemas/document_updated.schema.json') as object,
  email_generated: require('../../../schemas/email_generated.schema.json') as object,
  email_sent: require('../../../schemas/email_sent.schema.json') as object,
  framework_answers_created: require('../../../schemas/framework_answers_created.schema.json') as object,
  framework_answers_updated: require('../../../schemas/framework_answers_updated.schema.json') as object,
  meeting_relations_created: require('../../../schemas/meeting_relations_created.schema.json') as object,
  notes_created: require('../../../schemas/notes_created.schema.json') as object,
  notes_updated: require('../../../schemas/notes_updated.schema.json') as object,
  scorecard_answers_created: require('../../../schemas/scorecard_answers_created.schema.json') as object,
  signal_action: require('../../../schemas/signal_action.schema.json') as object,
  summary_created: require('../../../schemas/summary_created.schema.json') as object,
  todo_created: require('../../../schemas/todo_created.schema.json') as object,
  todo_updated: require('../../../schemas/todo_updated.schema.json') as object,
  transcription_created: require('../../../schemas/transcription_created.schema.json') as object,
});
