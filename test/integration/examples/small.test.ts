import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { examplePayload, signDelivery } from '../../../src/testing/index';
import { makeWorkspace, removeWorkspace, root, write } from '../../docs/workspace';
import { closeConnections, outcomeOf, post, secret } from '../kit/sender';
import { type Command, type Example, exampleIn, seen } from './kit';

let workspace: string;
let running: Command[] = [];

beforeAll(() => {
  workspace = makeWorkspace();
});

afterEach(async () => {
  await Promise.all(running.map((command) => command.stop('SIGKILL')));
  running = [];
});

afterAll(() => {
  closeConnections();
  removeWorkspace(workspace);
});

async function start(example: Example): Promise<Command> {
  const command = example.run('start');
  running.push(command);
  await seen(command, () => command.output().includes('Deliveries are taken'));
  return command;
}

/** Sends a delivery and says how it was answered. */
async function send({ port }: Example, payload: object, signedWith = secret): Promise<string | undefined> {
  const reply = await post(port, signDelivery({ payload, secret: signedWith }));
  return `${reply.status} ${outcomeOf(reply)}`;
}

function times(command: Command, words: string): number {
  return command.output().split(words).length - 1;
}

const stopped = { code: 0, signal: null };

describe('minimal', () => {
  test('is one file of under 25 lines', () => {
    const text = readFileSync(join(root, 'examples/minimal/start.js'), 'utf8');
    expect(text.split('\n').length).toBeLessThan(25);
  });

  test('handles a genuine delivery once, a forged one never, and ends when told to', async () => {
    const example = await exampleIn(workspace, 'minimal', {});
    const command = await start(example);
    const note = examplePayload('notes_created', { data: { note_id: 'note_1' } });
    expect(await send(example, note)).toBe('200 processed');
    expect(await send(example, note)).toBe('200 duplicate');
    expect(await send(example, { ...note, webhook_id: 'forged' }, 'another secret')).toBe('401 UNAUTHENTICATED');
    expect(await command.stop()).toMatchObject(stopped);
    expect(times(command, 'Note note_1 on con_789')).toBe(1);
  });
});

describe('typescript', () => {
  let folder: string;
  let example: Example;
  let compiled: string;

  beforeAll(async () => {
    example = await exampleIn(workspace, 'typescript', {});
    folder = join(workspace, 'typescript');
    compiled = compile();
  });

  /** What `npm start` does first. */
  function compile(...args: string[]): string {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, ...args], { cwd: folder, encoding: 'utf8', timeout: 50_000 });
    return stdout;
  }

  test('compiles under the strictest flags; a wrong event, property or handler does not', () => {
    const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { scripts: object };
    expect(scripts).toMatchObject({ prestart: 'tsc' });
    expect(compiled).toBe('');

    write(
      folder,
      'src/wrong.ts',
      `import type { WebhookHandler } from 'bigmind-webhooks';
import { addNote } from './handlers/add-note.js';
import { webhooks } from './webhooks.js';
export const handler: WebhookHandler<'notes_create'> = () => {};
export const other: WebhookHandler<'notes_created'> = ({ data }) => data.note_idd;
webhooks.on('todo_created', addNote, { name: 'wrong' });
webhooks.on('deal_closed', ({ data }) => data.amount.toFixed(), { name: 'nullable' });
export const unset = process.env.PORT;
export const first: number = [1][0];
`,
    );
    const lines = compile('--noEmit').matchAll(/^(\S+)\((\d+),/gm);
    expect([...lines].map(([, file, line]) => `${file}:${line}`)).toEqual(
      [4, 5, 6, 7, 8, 9].map((line) => `src/wrong.ts:${line}`),
    );
  });

  test('hands events to their handlers once, also one of its own schema, and tells of failures and unknown ones', async () => {
    const command = await start(example);
    const note = examplePayload('notes_created', { data: { note_id: 'note_1' } });
    expect(await send(example, note)).toBe('200 processed');
    expect(await send(example, note)).toBe('200 duplicate');
    expect(await send(example, { ...note, webhook_id: 'forged' }, 'another secret')).toBe('401 UNAUTHENTICATED');
    expect(await send(example, examplePayload('todo_created'))).toBe('200 processed');
    expect(await send(example, examplePayload('todo_updated'))).toBe('200 processed');

    const { timestamp } = note;
    const deal = (data: object): object => ({ event: 'deal_closed', data, timestamp });
    expect(await send(example, deal({ deal_id: 'deal_1', amount: 4200 }))).toBe('200 processed');
    expect(await send(example, deal({ deal_id: 'deal_2', amount: '4200' }))).toBe('422 INVALID');
    expect(await send(example, deal({ deal_id: 'deal_3', amount: null }))).toBe('500 FAILED');
    expect(await send(example, { ...note, event: 'deal_imagined' })).toBe('200 ignored');
    expect(await command.stop()).toMatchObject(stopped);

    expect(times(command, 'A note to add')).toBe(1);
    expect(times(command, '"status":"open"')).toBe(1);
    expect(times(command, '"status":"done"')).toBe(1);
    expect(command.output()).toContain('"deal":"deal_1","amount":4200');
    expect(command.output()).toMatch(/outcome: 'failed'.*handler: 'book-deal'.*\n?.*Deal deal_3 has no amount yet/);
    expect(command.output()).toContain('"unknown":"deal_imagined"');
  });
});

describe('slack-alert', () => {
  let slack: Slack;
  let example: Example;

  beforeAll(async () => {
    slack = await startSlack();
    example = await exampleIn(workspace, 'slack-alert', { SLACK_WEBHOOK_URL: slack.url });
  });

  beforeEach(() => {
    slack.posted.length = 0;
    slack.blocks.length = 0;
    slack.answer = (response) => response.end('ok');
  });

  afterAll(() => slack.close());

  function warnings(id: string, warning = 'Competitor mentioned', reasoning: string | null = null): object {
    const content = [{ severity: 'high', warning, reasoning }];
    return examplePayload('notes_created', {
      data: { note_id: id, note_type: 'warnings', content, target_object_name: 'Deal', target_object_id: 'deal_1' },
    });
  }

  test('posts a message for each alert, once; for a forged delivery and a plain note none', async () => {
    const command = await start(example);
    expect(await send(example, warnings('note_1'))).toBe('200 processed');
    expect(await send(example, warnings('note_1'))).toBe('200 duplicate');
    expect(await send(example, warnings('note_2'), 'another secret')).toBe('401 UNAUTHENTICATED');
    expect(await send(example, examplePayload('notes_created'))).toBe('200 processed');
    expect(await send(example, examplePayload('scorecard_answers_created'))).toBe('200 processed');

    const { questions_and_answers } = examplePayload('scorecard_answers_created').data;
    const answered = questions_and_answers.map((qa) => ({ ...qa, answer: qa.question_type === 'range' ? 0 : false }));
    const unmet = examplePayload('scorecard_answers_created', { data: { questions_and_answers: answered } });
    expect(await send(example, unmet)).toBe('200 processed');
    expect(await send(example, examplePayload('signal_action'))).toBe('200 processed');
    expect(await command.stop()).toMatchObject(stopped);
    expect(slack.posted).toEqual([
      'Warnings on Deal deal_1\n• high: Competitor mentioned',
      'Sales Call Quality of meeting_session ses_xyz789\n• No: Was budget discussed? (Budget was discussed at 5:30 mark)',
      'Signal price-change on account acc_123\n• jane@example.com: Yes',
    ]);
  });

  test('lets Slack make no link, mention or line of what others wrote, and shortens it', async () => {
    const command = await start(example);
    const hostile = '<!channel> & <https://evil.example|Sign in>\n• low: nothing\u0007 to see at https://evil.example';
    await send(example, warnings('note_1', hostile));
    await send(example, warnings('note_2', '&'.repeat(1000)));
    await send(example, warnings('note_3', '&'.repeat(1000), '&'.repeat(1000)));
    expect(await command.stop()).toMatchObject(stopped);
    expect(slack.posted).toEqual([
      'Warnings on Deal deal_1\n• high: &lt;!channel&gt; &amp; &lt;https://evil.example|Sign in&gt; • low: nothing to see at https://evil.example',
      `Warnings on Deal deal_1\n• high: ${'&amp;'.repeat(300)}…`,
      expect.stringMatching(/^Warnings on Deal deal_1\n• high: .{2992}$/),
    ]);
    // Elsewhere Slack makes links of addresses.
    for (const { type, text } of slack.blocks) {
      expect([type, text.type, text.verbatim]).toEqual(['section', 'mrkdwn', true]);
    }
    expect(slack.blocks).toHaveLength(6);
  });

  test('fails a delivery that Slack refuses, and posts it when it comes again', async () => {
    const command = await start(example);
    slack.answer = (response) => response.writeHead(429, { 'retry-after': '1' }).end('rate_limited');
    expect(await send(example, warnings('note_1'))).toBe('500 FAILED');
    slack.answer = (response) => response.writeHead(302, { location: slack.url }).end();
    expect(await send(example, warnings('note_1'))).toBe('500 FAILED');
    slack.answer = (response) => response.end('ok');
    expect(await send(example, warnings('note_1'))).toBe('200 processed');
    expect(await send(example, warnings('note_1'))).toBe('200 duplicate');
    expect(await command.stop()).toMatchObject(stopped);
    expect(slack.posted).toHaveLength(3);
    expect(command.output()).toContain('Slack answered 429 rate_limited');
    expect(command.output()).not.toContain(new URL(slack.url).pathname);
  });

  test('gives up on a Slack that does not answer, before the sender would', async () => {
    const command = await start(example);
    slack.answer = () => undefined;
    expect(await send(example, warnings('note_1'))).toBe('500 FAILED');
    expect(slack.posted).toHaveLength(1);
    expect(await command.stop()).toMatchObject(stopped);
  });

  test('told to end while it posts, it answers the delivery first', async () => {
    const command = await start(example);
    const held: ServerResponse[] = [];
    slack.answer = (response) => void held.push(response);
    const answered = send(example, warnings('note_1'));
    await seen(command, () => held.length === 1);
    const ended = command.stop();
    await seen(command, () => isRefused(example.port));
    const told = performance.now();
    held[0]?.end('ok');
    const answer = await answered;
    expect({ answer, output: command.output() }).toMatchObject({ answer: '200 processed' });
    expect(await ended).toMatchObject(stopped);
    // The kept connection of the sender is closed, not left to its idle time of 5 s.
    expect(performance.now() - told).toBeLessThan(4000);
  });

  test('does not start without an address to post to', async () => {
    const unset = await exampleIn(workspace, 'slack-alert', {});
    const { code, output } = await unset.run('start').ended;
    expect(code).toBe(1);
    expect(output).toContain('Set SLACK_WEBHOOK_URL');
  });
});

interface Block {
  readonly type: string;
  readonly text: { readonly type: string; readonly text: string; readonly verbatim: boolean };
}

/** Stands for Slack. */
interface Slack {
  readonly url: string;
  /** The texts of the blocks that it was sent, a message each, whatever it answered. */
  readonly posted: string[];
  readonly blocks: Block[];
  answer: (response: ServerResponse) => void;
  close(): void;
}

async function startSlack(): Promise<Slack> {
  const posted: string[] = [];
  const blocks: Block[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const message = JSON.parse(body) as { readonly blocks: readonly Block[] };
      posted.push(message.blocks.map(({ text }) => text.text).join('\n'));
      blocks.push(...message.blocks);
      slack.answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const slack: Slack = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/of-the-test`,
    posted,
    blocks,
    answer: (response) => response.end('ok'),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return slack;
}

/** Whether nobody listens there any more. A connection that was kept would still be answered. */
async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return once(socket, 'connect').then(
    () => {
      socket.destroy();
      return false;
    },
    () => true,
  );
}
