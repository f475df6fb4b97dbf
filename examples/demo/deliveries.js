'use strict';
const { randomUUID } = require('node:crypto');
const { eventNames } = require('bigmind-webhooks');
const { examplePayload, signDelivery } = require('bigmind-webhooks/testing');

/** What Bigmind and the app share; nobody else knows it. */
const secret = `demo-${randomUUID()}`;

const processed = { status: 200, outcome: 'processed' };

/** The payloads of Bigmind's reference, which the schemas carry as their examples. */
function referencePayloads() {
  return eventNames.flatMap((name) => require(`bigmind-webhooks/schemas/${name}.schema.json`).examples);
}

function signed(title, payload, expected) {
  return { title, expected, ...signDelivery({ payload, secret }) };
}

/** What is sent, in order, and how each should end. */
function demoDeliveries() {
  const genuine = referencePayloads().map((payload) => signed(payload.event, payload, processed));
  const repeated = genuine.find(({ title }) => title === 'agent_run_completed');
  const note = examplePayload('notes_created');
  const todo = examplePayload('todo_created');
  return [
    ...genuine,
    {
      title: 'forged (another secret)',
      expected: { status: 401, outcome: 'unauthenticated' },
      ...signDelivery({ payload: note, secret: `not-${secret}` }),
    },
    signed('malformed (cut-off JSON)', JSON.stringify(note).slice(0, -20), { status: 400, outcome: 'malformed' }),
    signed(
      'schema-invalid todo_created',
      { ...todo, data: { ...todo.data, type: 'fax' } },
      { status: 422, outcome: 'invalid' },
    ),
    signed('unknown event', { ...note, event: 'deal_imagined' }, { status: 200, outcome: 'ignored' }),
    { ...repeated, title: `repeated ${repeated.title}`, expected: { status: 200, outcome: 'duplicate' } },
  ];
}

module.exports = { demoDeliveries, secret };
