import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { captureDeliveries } from '../../../src/cli/inspector/capture-deliveries';
import { DeliveryLog } from '../../../src/cli/inspector/delivery-log';
import { createJudge } from '../../../src/cli/inspector/judge';
import type { ToldAnswer } from '../../../src/cli/inspector/told-answer';
import { examplePayload, signDelivery } from '../../../src/testing';

const secret = 'the secret of the timeline';
const valid = signDelivery({ payload: examplePayload('todo_created'), secret });
const appMs = 60;
const app = createServer((request, response) => {
  request.resume();
  setTimeout(() => response.end('slow'), appMs);
});
const servers: Server[] = [app];

beforeAll(() => new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve)));

afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;

interface Given {
  readonly sent?: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  readonly secret?: string | undefined;
  readonly forward?: URL;
  readonly answer?: ToldAnswer;
}

/** The steps of a delivery, and how long its sender waited. */
async function stepsOf({ sent = valid, forward, answer, ...given }: Given) {
  const log = new DeliveryLog();
  const judge = createJudge('secret' in given ? given.secret : secret);
  const server = createServer(captureDeliveries({ judge, log, path: '/', forward, answer }));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const added = new Promise<number>((resolve) => log.subscribe(() => resolve(performance.now())));
  const startedAt = performance.now();
  const answered = fetch(`http://127.0.0.1:${portOf(server)}/`, { method: 'POST', ...sent }).catch(() => undefined);
  const ms = (await added) - startedAt;
  const logged = log.get(1);
  if (answer !== 'timeout') await answered;
  return { steps: logged?.steps ?? [], app: logged?.app, ms };
}

const namesOf = (steps: readonly { readonly name: string }[]) => steps.map(({ name }) => name);

test('times each step of a delivery in the order in which it is passed, and none later than the answer', async () => {
  const { steps, ms } = await stepsOf({});
  expect(namesOf(steps)).toEqual(['received', 'verified', 'validated', 'answered']);
  const times = steps.map((step) => step.ms);
  expect(times.toSorted((a, b) => a - b)).toEqual(times);
  expect(times[0]).toBeGreaterThanOrEqual(0);
  expect(times.at(-1)).toBeLessThanOrEqual(ms);
});

test('times the app apart, and splits its time into connecting, waiting and reading', async () => {
  const { steps, app: answer } = await stepsOf({ forward: new URL(`http://127.0.0.1:${portOf(app)}/`) });
  expect(namesOf(steps)).toEqual(['received', 'verified', 'validated', 'sent-on', 'app-answered', 'answered']);
  const [sentOn = 0, appAnswered = 0] = steps.slice(3, 5).map((step) => step.ms);
  // Node counts a timer from when its turn began, on a busy machine well before.
  expect(appAnswered - sentOn).toBeGreaterThan(appMs / 2);
  const { connecting = -1, waiting = -1, reading = -1 } = answer?.times ?? {};
  expect(Math.min(connecting, reading)).toBeGreaterThanOrEqual(0);
  expect(waiting).toBeGreaterThan(appMs / 2);
  expect(connecting + waiting + reading).toBeLessThanOrEqual((answer?.ms ?? 0) + 1);
});

test.each<[string, Given, string[]]>([
  ['that no secret signs', { sent: { ...valid, headers: {} } }, ['received', 'answered']],
  [
    'that fits no schema',
    { sent: signDelivery({ payload: { event: 'todo_created' }, secret }) },
    ['received', 'verified', 'answered'],
  ],
  ['whose signature is not checked', { secret: undefined }, ['received', 'validated', 'answered']],
  ['that is held without an answer', { answer: 'timeout' }, ['received', 'verified', 'validated']],
  [
    'whose app is away',
    { forward: new URL('http://127.0.0.1:1/') },
    ['received', 'verified', 'validated', 'sent-on', 'answered'],
  ],
])('claims no step of a delivery %s that it did not pass', async (_what, given, names) => {
  expect(namesOf((await stepsOf(given)).steps)).toEqual(names);
});
