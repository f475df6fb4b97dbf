import { once } from 'node:events';
import { connect } from 'node:net';
import { examplePayload, signDelivery } from '../../../src/testing';
import { type Command, jsonLines, secret } from './command';
import { makeListenCommand, startApp, until } from './listen-kit';

let command: Command;

beforeAll(async () => {
  command = await makeListenCommand();
});
afterAll(() => command.remove());

/** What terminals obey, what turns lines around, and what nobody sees. */
const acting = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
  ...[0xad, 0x61c, 0x180e, 0x200b, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e],
  ...[0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0xfff9, 0xe0041],
]
  .map((code) => String.fromCodePoint(code))
  .join('');

/** Each of them that a text has, but for line ends. */
function actingIn(text: string): string[] {
  const characters = new Set(acting);
  return [...new Set(text)].filter((character) => characters.has(character) && character !== '\n');
}

/** Sends a request byte for byte, as no client of HTTP would. */
async function sendRaw(port: number, head: readonly string[], body: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  const bytes = Buffer.from(body);
  const lines = [...head, 'Host: 127.0.0.1', 'Connection: close', `Content-Length: ${bytes.length}`, '', ''];
  socket.write(Buffer.concat([Buffer.from(lines.join('\r\n')), bytes]));
  await once(socket, 'close');
  return answer.split('\r\n')[0] ?? '';
}

/** In a header and a path HTTP itself refuses line ends, other controls of ASCII and blanks. */
const inHead = acting.replace(/[\0-\x20\x7f]/g, '');
const percent = encodeURIComponent(acting);

function signed(payload: unknown): readonly [readonly string[], string] {
  const { headers, body } = signDelivery({ payload, secret });
  return [Object.entries(headers).map(([name, value]) => `${name}: ${value}`), body];
}

/** Requests that have these characters wherever a stranger can put them. */
function requests(): { readonly head: readonly string[]; readonly body: string | Buffer }[] {
  const post = 'POST /webhooks/bigmind HTTP/1.1';
  const [unknownHeaders, unknown] = signed({ event: `evil${acting}` });
  const [invalidHeaders, invalid] = signed({ ...examplePayload('todo_created'), [`evil${acting}`]: 1, data: {} });
  const [validHeaders, valid] = signed(examplePayload('todo_created', { data: { description: `evil${acting}` } }));
  const garbled = Buffer.concat([Buffer.from('{"evil":"'), Buffer.from([0x9b, 0x1b, 0x80, 0xff])]);
  return [
    { head: [post, ...unknownHeaders], body: unknown },
    { head: [post, ...invalidHeaders], body: invalid },
    { head: [post, ...validHeaders, `x-evil: evil${inHead}`], body: valid },
    { head: [post, `x-bigmind-signature: evil${inHead}`], body: valid },
    { head: [post, `content-type: evil/${inHead}`], body: valid },
    { head: [post, `content-encoding: evil${inHead}`], body: valid },
    { head: [post, ...validHeaders, `user-agent: Bigmind${inHead}`], body: `{"evil":"${acting}` },
    { head: [post], body: garbled },
    { head: [`POST /evil${inHead} HTTP/1.1`], body: '' },
    { head: [`POST /evil${percent} HTTP/1.1`], body: '' },
    { head: [`PUT /webhooks/bigmind?evil=${percent} HTTP/1.1`], body: acting },
    { head: ['GET /evil%9b%1b[31m HTTP/1.1'], body: '' },
  ];
}

test.each([
  ['as lines of JSON', ['--json'], true],
  ['for people', [], false],
])(
  '%s, nothing that listen prints of strangers’ headers, paths and bodies acts on a terminal',
  async (_title, args, json) => {
    const app = await startApp(200, `evil${acting}`);
    const forward = ['--forward', `http://127.0.0.1:${app.port}`];
    for (const options of [[], forward]) {
      const running = command.start(['listen', '--port', '0', ...args, ...options]);
      await until(() => /127\.0\.0\.1:\d+\/webhooks/.test(running.written()));
      const [, port] = /127\.0\.0\.1:(\d+)\/webhooks/.exec(running.written()) ?? [];
      const answers: string[] = [];
      for (const { head, body } of requests()) answers.push(await sendRaw(Number(port), head, body));
      expect(answers.filter((line) => line.startsWith('HTTP/1.1 '))).toHaveLength(answers.length);
      running.child.kill('SIGINT');
      const { code, stdout, stderr } = await running.ended;
      expect(code).toBe(0);
      expect(actingIn(stdout + stderr)).toStrictEqual([]);
      // They were there, and can be read: what a parser reads of the lines is what came.
      expect(stdout).toContain('evil\\u0000');
      if (json) expect(JSON.stringify(jsonLines(stdout))).toContain('\u202e');
    }
    app.close();
  },
);
