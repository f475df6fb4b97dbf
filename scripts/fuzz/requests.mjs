// `node --expose-gc scripts/fuzz/requests.mjs [--requests 1000000] [--seconds 600] [--seed 1]`: strangers' requests, most
// of them changed deliveries, to `receive()` and over HTTP. It ends with 1 at the first that is accepted without a
// signature, that is answered 5xx, that is not answered, or if memory grows. `npm run fuzz` starts it.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import bigmind from '../../dist/index.js';
import { mutator } from './mutate.mjs';
import { isSigned } from './oracle.mjs';
import { keptConnection, sendRaw } from './over-http.mjs';
import { randomFrom } from './random.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '3600' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});
const [requests, seconds, seed] = [values.requests, values.seconds, values.seed].map(Number);
for (const [name, number] of Object.entries({ requests, seconds, seed })) {
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name}: expected a whole number from 1`);
}

const random = randomFrom(seed);
const secrets = ['a secret of the fuzzer', `whsec_${Buffer.alloc(32, 7).toString('base64')}`];
// A store that is soon full: what grows after that grows for ever.
const store = () => bigmind.memoryStore({ maxKeys: 1000 });
const houses = secrets.map((secret) => {
  const webhooks = bigmind.bigmindWebhooks({ secret, logger: false, deduplicate: { store: store() } });
  webhooks.on('*', () => {});
  return { secret, webhooks, next: mutator(random, secret), forge: mutator(random, `not ${secret}`) };
});
const expected = new Set([200, 400, 401, 413, 415, 422]);
const statuses = {};
const counts = { receive: 0, http: 0, raw: 0 };
let accepted = 0;

function fail(why, request) {
  const shown = request && JSON.stringify({ ...request, body: request.body?.toString('base64') });
  console.error(`FAIL ${why}\n${shown ?? ''}\nAgain: node --expose-gc scripts/fuzz/requests.mjs --seed ${seed}`);
  process.exit(1);
}
process.on('uncaughtException', (error) => fail(`uncaught: ${error.stack}`));
process.on('unhandledRejection', (error) => fail(`not handled: ${error?.stack}`));

function judge({ secret }, request, status, isHttp) {
  statuses[status] = (statuses[status] ?? 0) + 1;
  // Node itself answers what is no HTTP, and closes.
  const isNode = isHttp && (status === 'no answer' || status === 431);
  if (!expected.has(status) && !isNode) fail(`answered ${status}`, request);
  if (request.isGenuine && status === 401) fail('a genuine delivery was refused', request);
  if (status !== 200) return;
  accepted += 1;
  if (!isSigned(secret, request.headers, request.body)) fail('accepted without a signature', request);
}

const ofFetch = (headers) => {
  const made = new Headers();
  for (const [name, value] of headers) made.append(name, value);
  return made;
};
/** As platforms hand headers over: repeated ones in arrays. */
function ofNode(headers) {
  const made = {};
  for (const [name, value] of headers) made[name] = name in made ? [made[name], value].flat() : value;
  return made;
}

async function receiveOne(house) {
  const request = house.next();
  const headers = random.chance(0.2) ? ofFetch(request.headers) : ofNode(request.headers);
  const { status } = await house.webhooks.receive({ headers, body: new Uint8Array(request.body) });
  counts.receive += 1;
  judge(house, request, status, false);
}

const servers = await Promise.all(
  houses.map(async ({ webhooks }) => {
    const server = createServer(webhooks.router);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }),
);
const portOf = (house) => servers[houses.indexOf(house)].address().port;
const kept = new Map(houses.map((house) => [house, Array.from({ length: 16 }, () => keptConnection(portOf(house)))]));

/** A request on each kept connection at once, and two that are broken anywhere. */
async function overHttp(house) {
  const asked = kept.get(house).map(async (ask) => {
    const request = house.next();
    const status = await ask(request);
    counts.http += 1;
    judge(house, request, status, true);
  });
  // Signed with another secret: whatever is read from them, none may be accepted.
  const broken = [0, 1].map(async () => {
    const { headers, body } = house.forge();
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    let bytes = Buffer.concat([
      Buffer.from(`POST / HTTP/1.1\r\nhost: x\r\n${lines}content-length: ${body.length}\r\n\r\n`),
      body,
    ]);
    for (let change = random.below(6); change > 0; change -= 1) bytes[random.below(bytes.length)] = random.below(256);
    if (random.chance(0.3)) bytes = random.bytes(400);
    const answer = await sendRaw(portOf(house), bytes);
    counts.raw += 1;
    if (/HTTP\/1\.1 2/.test(answer)) fail('accepted what another secret signs', { body: bytes });
  });
  await Promise.all([...asked, ...broken]);
}

function heldMb() {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

const started = performance.now();
const passed = () => (performance.now() - started) / 1000;
const done = () => counts.receive + counts.http + counts.raw;
let firstMb;
for (let turn = 0; done() < requests && passed() < seconds; turn += 1) {
  const house = houses[turn % houses.length];
  for (let one = 0; one < 300; one += 1) await receiveOne(house);
  await overHttp(house);
  if (firstMb === undefined && done() > requests / 20) firstMb = heldMb();
}
const lastMb = heldMb();
const report = {
  seed,
  seconds: Math.round(passed()),
  requests: done(),
  ...counts,
  accepted,
  statuses,
  firstMb,
  lastMb,
};
console.log(JSON.stringify(report));
if (firstMb !== undefined && lastMb > firstMb + 30) fail(`memory grew from ${firstMb} to ${lastMb} MB`);
if (accepted < done() / 100) fail(`only ${accepted} were accepted: the genuine ones were not`);
process.exit(0);
