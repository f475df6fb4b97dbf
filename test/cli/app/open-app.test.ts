import { type Command, makeCommand, type Running } from '../../integration/cli/command';

let command: Command;

beforeAll(async () => {
  command = await makeCommand();
});
afterAll(() => command.remove());

/** A queue with one dead letter, and a receiver on it. */
const make = `
function make(id = 'letter_1') {
  const dead = [{ id, job: { event: 'todo_created', key: 'k' }, reason: 'crm: Error: down', attempts: 12, failedAt: new Date(0) }];
  const deadJobs = {
    list: async ({ limit, offset }) => dead.slice(offset, offset + limit),
    get: async (id) => dead.find((each) => each.id === id),
    redrive: async () => 1,
    discard: async () => true,
  };
  const queue = { open() {}, enqueue: async () => {}, work: async () => ({ close: async () => {} }), deadJobs };
  return bigmindWebhooks({ queue });
}
`;
const commonJs = `const { bigmindWebhooks } = require('bigmind-webhooks');${make}`;
const esm = `import { bigmindWebhooks } from 'bigmind-webhooks';${make}`;

function start(name: string, text: string, ...args: string[]): Running {
  command.file(name, text);
  return command.start(['dead-letters', 'list', '--app', `./${name}`, ...args], { stdin: null });
}

const found = {
  code: 0,
  stdout: expect.stringMatching(
    /^ID +EVENT +FAILED AT +ATTEMPTS +REASON\nletter_1 +todo_created +1970-01-01T00:00:00.000Z +12 +crm: Error: down\n$/,
  ),
};

test.each([
  ['as module.exports', 'a.js', `${commonJs}module.exports = make();`],
  ['as webhooks of CommonJS', 'b.cjs', `${commonJs}exports.webhooks = make(); exports.other = make('other');`],
  [
    'as the default of compiled TypeScript',
    'c.js',
    `${commonJs}exports.__esModule = true; exports.default = make(); exports.webhooks = make('other');`,
  ],
  ['as the default of an ES module', 'd.mjs', `${esm}export default make(); export const webhooks = make('other');`],
  ['as webhooks of an ES module', 'e.mjs', `${esm}export const webhooks = make(); export const other = make('other');`],
  ['under any name, if it is the only one', 'f.mjs', `${esm}export const hooks = make(); export const port = 3000;`],
  ['under several names', 'g.mjs', `${esm}export const hooks = make(); export const same = hooks;`],
  [
    'as a promise',
    'h.js',
    `${commonJs}module.exports = new Promise((resolve) => setTimeout(() => resolve(make()), 50));`,
  ],
  [
    'as a promise beside one that never comes',
    'i.mjs',
    `${esm}export default make(); export const server = new Promise(() => {});`,
  ],
  [
    'after a wait at the top',
    'j.mjs',
    `${esm}await new Promise((resolve) => setTimeout(resolve, 50)); export const webhooks = make();`,
  ],
])('finds a receiver that is exported %s', async (_title, name, text) => {
  expect(await start(name, text).ended).toMatchObject(found);
});

test('takes a receiver of another copy of the package', async () => {
  const copy = `const path = require.resolve('bigmind-webhooks'); for (const id of Object.keys(require.cache)) delete require.cache[id];`;
  expect(await start('copy.js', `${copy}${commonJs}module.exports = make();`).ended).toMatchObject(found);
});

test('ends by itself although the module holds timers and sockets open, and calls no client’s end', async () => {
  const text = `${commonJs}
    setInterval(() => {}, 1000);
    require('node:dgram').createSocket('udp4').bind(0);
    module.exports = make();`;
  expect(await start('open.js', text).ended).toMatchObject(found);
});

test('what the module writes to standard output goes to standard error, log lines of the receiver too', async () => {
  const text = `${commonJs}
    console.log('from the module');
    process.stdout.write('and more\\n');
    module.exports = make();
    module.exports.deadLetters.list({ limit: 1 }).then(() => console.info('later'));`;
  const { code, stdout, stderr } = await start('talks.js', text, '--json').ended;
  expect(stdout.split('\n')).toHaveLength(2);
  expect(JSON.parse(stdout)).toEqual({
    id: 'letter_1',
    key: 'k',
    event: 'todo_created',
    replayed: false,
    reason: 'crm: Error: down',
    attempts: 12,
    failedAt: '1970-01-01T00:00:00.000Z',
  });
  expect(stderr).toContain('from the module\nand more\n');
  expect(stderr).toContain('later\n');
  expect(code).toBe(0);
});

test('the receiver’s own log lines go to standard error', async () => {
  const text = `${commonJs}
    const webhooks = make();
    webhooks.receive({ headers: {}, body: '{}' });
    module.exports = webhooks;`;
  const { stdout, stderr } = await start('logs.js', text).ended;
  expect(stdout).not.toContain('unauthenticated');
  expect(stderr).toContain('"outcome":"unauthenticated"');
});

test.each([
  ['that is not there', 'missing', undefined, 2, /--app \.\/missing cannot be read: there is no such file/],
  [
    'that exports nothing',
    'k.mjs',
    '',
    2,
    /exports no receiver: it exports nothing\. Export what bigmindWebhooks\(\) returns/,
  ],
  [
    'that exports something else',
    'l.mjs',
    'export const app = () => {}; export const port = 3000; export default { a: [] }; export const soon = Promise.resolve(1);',
    2,
    /exports no receiver: it exports app \(a function\), port \(a number\), soon \(a promise of something else\), a \(an array\)/,
  ],
  [
    'with several receivers',
    'm.mjs',
    `${esm}export const one = make(); export const two = make();`,
    2,
    /exports several receivers: one, two\. Export one of them as webhooks/,
  ],
  [
    'that throws',
    'n.mjs',
    'function connect() { throw new TypeError("no database\\u001b[31m"); } connect();',
    1,
    /cannot be loaded: TypeError: no database\\u001b\[31m\n +at connect \(.*n\.mjs:1/,
  ],
  [
    'whose promise rejects',
    'o.js',
    'module.exports = Promise.reject(new Error("refused"));',
    1,
    /cannot be loaded: Error: refused\n/,
  ],
  [
    'whose receiver has no secret',
    'p.js',
    `${commonJs}delete process.env.BIGMIND_WEBHOOK_SECRET; module.exports = make();`,
    2,
    /cannot be loaded: MISSING_SECRET .*Set/,
  ],
  [
    'that imports what is not installed',
    'q.js',
    'require("no-such-package");',
    1,
    /cannot be loaded: Error: Cannot find module 'no-such-package'/,
  ],
  ['that never comes', 'r.mjs', 'await new Promise(() => {});', 1, /waits for something that never comes/],
  [
    'that ends the process',
    'u.js',
    'process.exit(0);',
    1,
    /--app \.\/u\.js ended the process before the command was done/,
  ],
  [
    'that ends the process later, with a code of its own',
    'v.js',
    `${commonJs}
    const webhooks = make();
    Object.defineProperty(webhooks, 'deadLetters', { value: { list: () => process.exit(7) } });
    module.exports = webhooks;`,
    7,
    /--app \.\/v\.js ended the process before the command was done/,
  ],
  ['that is a folder', '.', undefined, 2, /is no file\. Name the module/],
  [
    'in TypeScript without a loader',
    's.ts',
    'export const webhooks: number = 1; enum A { B }',
    2,
    /Compile it and pass the \.js file, or name the loader .*NODE_OPTIONS='--import tsx'/,
  ],
])('a module %s is refused in words', async (_title, name, text, code, message) => {
  if (text !== undefined) command.file(name, text);
  const args = ['dead-letters', 'list', '--app', `./${name}`];
  const ended = await command.run(args);
  expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(message) });
  expect(ended.stderr).not.toContain('\u001b');
  expect(ended.stderr).not.toMatch(/node:internal|dist\/cli/);
});

test('TypeScript is loaded by the loader that the user names', async () => {
  command.file(
    'loader.cjs',
    `const { readFileSync } = require('node:fs');
    require.extensions['.ts'] = (module, file) => module._compile(readFileSync(file, 'utf8').replaceAll(': unknown', ''), file);`,
  );
  command.file('typed.ts', `${commonJs}const webhooks: unknown = make(); exports.webhooks = webhooks;`);
  const env = { NODE_OPTIONS: '--require ./loader.cjs' };
  expect(await command.run(['dead-letters', 'list', '--app', 'typed.ts'], { env })).toMatchObject(found);
});

test.each([
  ['at once', "require('node:http').createServer().listen(0);"],
  [
    'and waits for it',
    "await import('node:events').then(({ once }) => once(http.createServer().listen(0), 'listening'));",
  ],
])('a module that starts a server %s is refused, and nothing listens', async (title, text) => {
  const isEsm = title !== 'at once';
  const name = isEsm ? 'listens.mjs' : 'listens.js';
  const body = isEsm ? `import http from 'node:http'; ${text}` : `${commonJs}module.exports = make(); ${text}`;
  const ended = await start(name, body).ended;
  expect(ended).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/starts a server\. Export the receiver from a module of its own/),
  });
});

test('a receiver without a queue is wrong use, and says which option it lacks', async () => {
  const text = "module.exports = require('bigmind-webhooks').bigmindWebhooks({ logger: false });";
  expect(await start('none.js', text).ended).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: NO_QUEUE deadLetters: this receiver has no queue. Pass the queue option.\n',
  });
});

test('Ctrl-C ends the wait for a queue that does not answer, whatever the module does at Ctrl-C', async () => {
  const text = `${commonJs}
    process.on('SIGINT', () => process.exit(7));
    const webhooks = make();
    webhooks.deadLetters.list = () => { console.log('asked'); return new Promise(() => {}); };
    module.exports = webhooks;`;
  const running = start('silent.js', text);
  await new Promise<void>((resolve) => {
    running.child.stderr?.on('data', (chunk: Buffer) => chunk.includes('asked') && resolve());
  });
  running.child.kill('SIGINT');
  expect(await running.ended).toEqual({ code: 130, stdout: '', stderr: 'asked\n' });
});
