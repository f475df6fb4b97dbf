// What is measured. A group makes its contenders take turns, and says which ratios of what they took are of interest:
//
//   { name, unit, contenders: { [name]: sample }, rows: [{ what, at, means, ratio, goal?, unit? }], rounds?, warmUps?, close? }
//
// `sample()` resolves to one number in `unit`; `ratio` makes one of the numbers of a round; `goal` is `{ atMost }` or
// `{ atLeast }`; `means` says in plain words what is measured. A row that cannot be measured here has, instead of
// `ratio`, the reason as `unmeasured`. Each group is measured in a process of its own, so that none finds the heap or
// the compiled code of another. To add one: write a function that makes it, and a line here.
import { construction } from './groups/construction.mjs';
import { drift, driftOfAnswers } from './groups/drift.mjs';
import { forged } from './groups/forged.mjs';
import { handlers, inFlight, remembered } from './groups/growth.mjs';
import { answering, asPeopleRunIt, journal, journalInPostgres, silent, telemetry } from './groups/http.mjs';
import { bodies, copies } from './groups/memory.mjs';
import { againstStandardWebhooks, againstStripe } from './groups/neighbours.mjs';
import { receiving } from './groups/receiving.mjs';

// At 100 KB, the hash that a key is takes a sixth of a request.
const smallGoals = {
  deduplicating: { 'hand-written': 1.4, '@octokit/webhooks': 1.2 },
  forgetting: { 'hand-written': 1.4, '@octokit/webhooks': 1.2 },
};
const largeGoals = {
  deduplicating: { 'hand-written': 1, '@octokit/webhooks': 0.95 },
  forgetting: { 'hand-written': 1.1, '@octokit/webhooks': 1.05 },
};

const list = [
  ['default', () => asPeopleRunIt({ bytes: 700, atLeast: 1.35 })],
  ['default', () => asPeopleRunIt({ bytes: 100_000, atLeast: 1 })],
  ['silent', () => silent({ bytes: 700, goals: smallGoals })],
  ['silent', () => silent({ bytes: 100_000, goals: largeGoals })],
  ['telemetry', () => telemetry({ bytes: 700, atLeast: 0.9 })],
  ['journal', () => journal({ bytes: 700, atLeast: 0.6 })],
  ['journal', () => journal({ bytes: 20_000, atLeast: 0.6 })],
  ['receive', () => receiving({ bytes: 700, goal: 2.2 })],
  ['receive', () => receiving({ bytes: 20_000, text: 'not ASCII', goal: 1.1 })],
  ['receive', () => receiving({ bytes: 20_000, text: 'ASCII', goal: 1.7 })],
  ['receive', () => receiving({ bytes: 1_000_000, text: 'ASCII', goal: 1.35 })],
  ['neighbours', () => againstStandardWebhooks(700)],
  ['neighbours', () => againstStandardWebhooks(100_000, { atLeast: 1 })],
  ['neighbours', () => againstStripe(700)],
  ['neighbours', () => againstStripe(100_000)],
  ['growth', handlers],
  ['growth', remembered],
  ['growth', inFlight],
  ['drift', () => drift(700)],
  ['drift', () => drift(20_000)],
  ['drift', () => driftOfAnswers(20_000)],
  ['memory', bodies],
  ['memory', copies],
  ['forged', () => forged(700, 1.5)],
  ['forged', () => forged(1_000_000, 1.1)],
  ['construction', construction],
];

// What needs a Redis and a PostgreSQL is measured only when it is asked for: `npm run bench -- --only queues`.
const queues = () => import('./groups/queues.mjs');
const listWithServices = ['bullmq', 'pg-boss'].flatMap((engine) => [
  ['queues', async () => (await queues()).enqueueing(engine, 700)],
  ['queues', async () => (await queues()).enqueueing(engine, 20_000)],
  ['queues', async () => (await queues()).working(engine, 700)],
  ...[1, 10, 50].map((atOnce) => ['queues', async () => (await queues()).workingFully(engine, 700, atOnce)]),
]);
listWithServices.push(
  ['queues', () => answering(700)],
  ['postgres-journal', () => journalInPostgres({ bytes: 700, atLeast: 0.8 })],
);

export const groups = [...list, ...listWithServices].map(([part, make], index) => ({
  part,
  make,
  index,
  needsServices: index >= list.length,
}));
export const parts = [...new Set(groups.map(({ part }) => part))];
