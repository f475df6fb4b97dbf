'use strict';
const { eventNames, isWarningsNote } = require('bigmind-webhooks');

function note({ data }) {
  if (!isWarningsNote(data)) return `"${data.content}"`;
  return `${data.content.length} warnings, first "${data.content[0]?.warning}"`;
}

function framework({ data }) {
  const done = data.components_and_values.filter(({ component_status }) => component_status === 'completed');
  return `${data.framework_name}: ${done.length} of ${data.components_and_values.length} completed`;
}

function document({ data }) {
  return `"${data.title}" from ${data.template_title}`;
}

/** Whatever the event is: its first field, which says what the event is about. */
function firstField({ data }) {
  const [[name, value]] = Object.entries(data);
  return `${name} ${value}`;
}

/** What a handler saw, in a few words, where the first field does not do. */
const words = {
  transcription_created: ({ data }) => `${data.speakers.map(({ name }) => name).join(', ')} in ${data.meeting_id}`,
  scorecard_answers_created: ({ data }) =>
    `${data.scorecard_name}: ${data.questions_and_answers.map(({ answer }) => answer).join(', ')}`,
  notes_created: note,
  notes_updated: note,
  framework_answers_created: framework,
  framework_answers_updated: framework,
  meeting_relations_created: ({ data }) =>
    `${data.meeting_id} belongs to ${data.relations.associated_deal_ids.join(', ')}`,
  email_generated: ({ data }) => `draft "${data.subject}"`,
  email_sent: ({ data }) => `"${data.subject}" through ${data.integration_id}`,
  todo_created: ({ data }) => `${data.type}: ${data.description}`,
  todo_updated: ({ data }) => `${data.status}: ${data.description}`,
  document_generated: document,
  document_updated: document,
  agent_run_completed: ({ data }) => `${data.agent_mode}, ${data.tools_used.length} tools`,
  signal_action: ({ data }) => `${data.userEmail} clicked ${data.label}`,
};

/** One for each event. A real one would write to a CRM, a chat or a warehouse. */
const handlers = Object.fromEntries(eventNames.map((name) => [name, words[name] ?? firstField]));

module.exports = { handlers };
