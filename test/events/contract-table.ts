import type { EventName } from '../../src/events/generated/types';
import {
  address,
  anyJson,
  count,
  filledText,
  flag,
  id,
  ids,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Rule,
  text,
  texts,
  time,
} from './contract-rules';

/** The rules of an event's properties by their JSON Pointers; index 0 stands for every item of a list. */
export type Rules = Readonly<Record<string, Rule>>;

// Written by hand from what was decided about the vendor's reference. Were it taken from the schemas, it could not find them wrong.

const relations = (at: string, itself: Rule): Rules => ({
  [at]: itself,
  [`${at}/associated_account_ids`]: ids,
  [`${at}/associated_contact_ids`]: ids,
  [`${at}/associated_deal_ids`]: ids,
  [`${at}/associated_lead_ids`]: ids,
});

const bareEnvelope: Rules = { '': object, '/data': object, '/webhook_id': id, '/timestamp': time };
const envelope: Rules = { ...bareEnvelope, ...relations('/relations', object) };
const envelopeWithOptionalRelations: Rules = { ...bareEnvelope, ...relations('/relations', optional(object)) };

const meeting: Rules = { '/data/meeting_id': id, '/data/session_id': id };

const note: Rules = {
  ...envelope,
  '/data/note_id': id,
  '/data/note_type': text,
  '/data/content': text,
  '/data/user_id': nullable(id),
  '/data/target_object_name': text,
  '/data/target_object_id': id,
};

const framework: Rules = {
  ...envelope,
  '/data/framework_id': id,
  '/data/framework_name': text,
  '/data/target_object_name': text,
  '/data/target_object_id': id,
  '/data/components_and_values': list,
  '/data/components_and_values/0': object,
  '/data/components_and_values/0/component_id': id,
  '/data/components_and_values/0/component_name': text,
  '/data/components_and_values/0/component_type': optional(text),
  '/data/components_and_values/0/component_value': nullable(text),
  '/data/components_and_values/0/component_status': text,
};

const todo: Rules = {
  '/data/todo_id': id,
  '/data/type': oneOf('email', 'meeting', 'task', 'linkedin'),
  '/data/description': text,
  '/data/due_at': nullable(time),
  '/data/ai_generated': flag,
  '/data/target_object_name': nullable(text),
  '/data/target_object_id': nullable(id),
  '/data/target_table': nullable(text),
  '/data/parent_target_object_name': optional(nullable(text)),
  '/data/parent_target_object_id': optional(nullable(id)),
  '/data/parent_target_table': optional(nullable(text)),
};

const document: Rules = {
  ...envelope,
  '/data/document_id': id,
  '/data/title': text,
  '/data/template_id': id,
  '/data/template_title': text,
  '/data/template_purpose': nullable(oneOf('icp', 'case_study', 'product_family', 'product', 'deal-summary')),
};

export const contract: Readonly<Record<EventName, Rules>> = {
  transcription_created: {
    ...envelope,
    ...meeting,
    '/data/transcript': text,
    '/data/speakers': list,
    '/data/speakers/0': object,
    '/data/speakers/0/name': text,
    '/data/speakers/0/email': optional(nullable(text)),
    '/data/speakers/0/device_id': optional(nullable(text)),
  },
  summary_created: { ...envelope, ...meeting, '/data/summary': text },
  scorecard_answers_created: {
    ...envelope,
    '/data/scorecard_id': id,
    '/data/scorecard_name': text,
    '/data/target_object_name': text,
    '/data/target_object_id': id,
    '/data/questions_and_answers': list,
    '/data/questions_and_answers/0': object,
    '/data/questions_and_answers/0/question_id': id,
    '/data/questions_and_answers/0/question_name': text,
    '/data/questions_and_answers/0/question_type': text,
    '/data/questions_and_answers/0/answer': nullable(flag),
    '/data/questions_and_answers/0/reasoning': optional(nullable(text)),
    '/data/questions_and_answers/1/answer': nullable(number),
  },
  notes_created: { ...note, '/data/created_at': time },
  notes_updated: { ...note, '/data/updated_at': time },
  framework_answers_created: { ...framework, '/data/created_at': time },
  framework_answers_updated: { ...framework, '/data/updated_at': time },
  meeting_relations_created: {
    ...envelopeWithOptionalRelations,
    ...meeting,
    ...relations('/data/relations', object),
  },
  email_generated: {
    ...envelope,
    '/data/subject': text,
    '/data/to': filledText,
    '/data/body': text,
    '/data/chat_id': nullable(id),
    '/data/agent_mode': nullable(text),
  },
  email_sent: {
    ...envelope,
    '/data/subject': text,
    '/data/to': filledText,
    '/data/integration_id': id,
    '/data/user_id': id,
  },
  todo_created: {
    ...envelope,
    ...todo,
    '/data/meeting_id': nullable(id),
    '/data/session_id': nullable(id),
  },
  todo_updated: {
    ...envelopeWithOptionalRelations,
    ...todo,
    '/data/snoozed_until': nullable(time),
    '/data/assigned_to': nullable(text),
    '/data/priority': nullable(text),
    '/data/status': text,
    '/data/completed_at': nullable(time),
    '/data/updated_at': time,
  },
  document_generated: document,
  document_updated: document,
  agent_run_completed: {
    ...envelope,
    '/data/chat_id': id,
    '/data/agent_mode': text,
    '/data/initiated_by': oneOf('user', 'system'),
    '/data/object_type': nullable(text),
    '/data/object_id': nullable(id),
    '/data/tools_used': texts,
    '/data/message_count': count,
  },
  signal_action: {
    ...envelope,
    '/data/signalId': id,
    '/data/signalSlug': text,
    '/data/signalEventId': id,
    '/data/userId': id,
    '/data/userEmail': address,
    '/data/objectType': nullable(text),
    '/data/objectId': nullable(id),
    // `question` is taken too, where there is a question: see contract-conditions.test.ts.
    '/data/actionType': { ...oneOf('feedback'), refuses: oneOf('feedback', 'question').refuses },
    '/data/question': nullable(text),
    '/data/label': text,
    '/data/value': text,
    '/data/miniAppId': nullable(id),
    '/data/respondedAt': time,
  },
};

// Where another property decides the form: the rules of the other form.

export const warningsContent: Rules = {
  '/data/content': list,
  '/data/content/0': object,
  '/data/content/0/severity': text,
  '/data/content/0/warning': text,
  '/data/content/0/reasoning': optional(nullable(text)),
};

export const otherAnswer: Rules = { '/data/questions_and_answers/0/answer': anyJson };
