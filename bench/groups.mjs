// What is measured. A group makes its contenders take turns, and says which ratios of what they took are of interest:
//
//   { name, unit, contenders: { [name]: sample }, rows: [{ what, at, ratio, goal }], rounds?, warmUps?, close? }
//
// `sample()` resolves to one number in `unit`; `ratio` makes one of the numbers of a round; `goal` is `{ atMost }` or
// `{ atLeast }`. Each group is measured in a process of its own, so that none finds the heap or the compiled code of
// another. To add one: write a function that makes it, and a line here.
import { construction } from './groups/construction.mjs';
import { forged } from './groups/forged.mjs';
import { handlers, inFlight, remembered } from './groups/growth.mjs';
import { http } from './groups/http.mjs';
import { memory } from './groups/memory.mjs';
import { againstStandardWebhooks, againstStripe } from './groups/neighbours.mjs';
import { receiving } from './groups/receiving.mjs';

const list = [
  ['receive', () => receiving({ bytes: 700, goal: 1.6 })],
  ['receive', () => receiving({ bytes: 700, handler: 'async', goal: 2.0 })],
  ['receive', () => receiving({ bytes: 20_000, text: 'not ASCII', goal: 1.1 })],
  ['receive', () => receiving({ bytes: 20_000, text: 'ASCII', goal: 1.35 })],
  ['receive', () => receiving({ bytes: 1_000_000, text: 'not ASCII', goal: 1.12 })],
  ['receive', () => receiving({ bytes: 1_000_000, text: 'ASCII', goal: 1.12 })],
  ['http', () => http({ bytes: 700, goals: { 'hand-written': 1.3, '@octokit/webhooks': 1.1 } })],
  ['http', () => http({ bytes: 100_000, goals: { 'hand-written': 1.05, '@octokit/webhooks': 1.05 } })],
  ['neighbours', () => againstStandardWebhooks(700)],
  ['neighbours', () => againstStandardWebhooks(100_000)],
  ['neighbours', () => againstStripe(700)],
  ['neighbours', () => againstStripe(100_000)],
  ['growth', handlers],
  ['growth', remembered],
  ['growth', inFlight],
  ['growth', memory],
  ['forged', () => forged(700)],
  ['forged', () => forged(20_000)],
  ['forged', () => forged(1_000_000)],
  ['construction', construction],
];

// What needs a Redis and a PostgreSQL is measured only when it is asked for: `npm run bench -- --only queues`.
const queues = () => import('./groups/queues.mjs');
const listWithServices = ['bullmq', 'pg-boss'].flatMap((engine) => [
  ['queues', async () => (await queues()).enqueueing(engine, 700)],
  ['queues', async () => (await queues()).enqueueing(engine, 20_000)],
  ['queues', async () => (await queues()).working(engine, 700)],
]);

export const groups = [...list, ...listWithServices].map(([part, make], index) => ({
  part,
  make,
  index,
  needsServices: index >= list.length,
}));
export const parts = [...new Set(groups.map(({ part }) => part))];
