import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bigmindWebhooks } from '../../../src/index';
import { fileJournal } from '../../../src/journals/file/index';
import { examplePayload, signDelivery } from '../../../src/testing';
import { type Command, type Ended, type Running, secret } from '../../integration/cli/command';

/** What a handler failed with, or a sender called its event. */
export const hostile = 'evil\u001b]0;owned\u0007\u202e\r\n';

/** A run of a handler of the app, as it wrote it down. */
export interface Run {
  readonly handler: string;
  readonly note: string;
  readonly key: string;
  readonly replayed: boolean;
}

/** A user's app: its module, the folder of its journal, and a diary of what its handlers did. */
export interface App {
  readonly directory: string;
  /** Receives notes of tenants as the app did before, with one handler that is called `crm`. */
  receive(notes: readonly Sent[], handle?: (note: string) => unknown): Promise<void>;
  /** Opens the folder, as the running app does. */
  open(): Promise<{ close(): Promise<void> }>;
  /** Starts a command with a module of the command's folder. @default the app's own module */
  start(args: readonly string[], env?: Readonly<Record<string, string>>, module?: string): Running;
  run(args: readonly string[], env?: Readonly<Record<string, string>>, module?: string): Promise<Ended>;
  /** What the module's handlers did. */
  runs(): Run[];
  remove(): void;
}

export interface Sent {
  readonly note: string;
  /** @default 'acme' */
  readonly tenant?: string;
  /** @default the one of a note */
  readonly event?: string;
  /** @default now */
  readonly at?: Date;
}

/** `FAIL` is the note that fails, `SLOW` how long a note takes after it is named on standard error, `MORE` adds a handler. */
const source = `
const { bigmindWebhooks } = require('bigmind-webhooks');
const { fileJournal } = require('bigmind-webhooks/file-journal');
const { appendFileSync } = require('node:fs');
const { DIRECTORY, DIARY, FAIL, SLOW, MORE } = process.env;

function write(handler) {
  return async ({ data }, { key, replayed }) => {
    if (SLOW) {
      console.error('slow', data.note_id);
      await new Promise((resolve) => setTimeout(resolve, Number(SLOW)));
    }
    if (data.note_id === FAIL) throw new Error(${JSON.stringify(hostile)});
    appendFileSync(DIARY, JSON.stringify({ handler, note: data.note_id, key, replayed }) + '\\n');
  };
}
const secret = ({ params }) => ({ tenant: params.tenant, secret: process.env.BIGMIND_WEBHOOK_SECRET });
const webhooks = bigmindWebhooks({ secret, journal: fileJournal({ directory: DIRECTORY }) });
webhooks.on('notes_created', write('crm'), { name: 'crm' });
if (MORE) webhooks.on('notes_created', write('warehouse'), { name: 'warehouse' });
module.exports = webhooks;
`;

export function makeApp(command: Command): App {
  // The path of a journal is short.
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  const directory = join(folder, 'kept');
  const diary = join(folder, 'diary');
  command.file('webhooks.js', source);

  function start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    module = './webhooks.js',
  ): Running {
    return command.start([...args, '--app', module], { env: { DIRECTORY: directory, DIARY: diary, ...env } });
  }
  return {
    directory,
    async receive(notes, handle = () => undefined) {
      let now = Date.now();
      const webhooks = bigmindWebhooks({
        secret: ({ params }) => ({ tenant: String(params['tenant']), secret }),
        journal: fileJournal({ directory }),
        deduplicate: { key: ({ payload }) => (payload as { data: { note_id: string } }).data.note_id },
        logger: false,
        clock: { now: () => now },
      }).on('notes_created', ({ data }) => handle(data.note_id), { name: 'crm' });
      for (const { note, tenant = 'acme', event = 'notes_created', at = new Date() } of notes) {
        now = at.getTime();
        const payload = { ...examplePayload('notes_created', { data: { note_id: note } }), event };
        await webhooks.receive({ ...signDelivery({ payload, secret }), params: { tenant } });
      }
      await webhooks.close();
    },
    async open() {
      const webhooks = bigmindWebhooks({ secret, journal: fileJournal({ directory }), logger: false });
      await webhooks.journal.stats();
      return webhooks;
    },
    start,
    run: (...given) => start(...given).ended,
    runs() {
      try {
        const lines = readFileSync(diary, 'utf8').trimEnd().split('\n');
        return lines.map((line) => JSON.parse(line) as Run);
      } catch {
        return [];
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
