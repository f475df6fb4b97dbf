import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileJournal } from '../../../src/journals/file';
import { silent } from '../../journals/file/silent';
import {
  deliveries,
  grownByFinding,
  grownByReplaying,
  longest,
  payload,
  searches,
  tell,
  tenantOf,
  watch,
} from './size-kit';

const parent = mkdtempSync(join(tmpdir(), 'journal-size-'));
const directory = join(parent, 'journal');
const atOnce = 1000;

function open() {
  const journal = fileJournal({ directory });
  journal.open({ clock: Date, logger: silent });
  return journal;
}

beforeAll(async () => {
  const journal = open();
  const watched = watch('append', deliveries);
  const request = {
    event: 'notes_created',
    scheme: 'hmac',
    headers: { 'content-type': 'application/json' },
    params: {},
  };
  async function keep(index: number): Promise<void> {
    const key = createHash('sha256').update(`${index}`).digest('hex');
    const receivedAt = Date.now() - 1;
    await journal.append({ ...request, key, tenant: tenantOf(index), receivedAt, rawBody: payload });
    await journal.ended(key, { outcome: 'failed', succeeded: [], endedAt: receivedAt });
    await watched.next();
  }
  for (let kept = 0; kept < deliveries; kept += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, deliveries - kept) }, (_, index) => keep(kept + index)));
  }
  await journal.close?.();
}, longest);
afterAll(() => rmSync(parent, { recursive: true }));

/** What this process has read so far, by the kernel's count. */
function bytesRead(): number {
  const [, read] = /rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8')) ?? [];
  return Number(read);
}

const promise = 'a start reads a small part of what is kept';
const [onLinux, title] =
  process.platform === 'linux'
    ? [test, promise]
    : [test.skip, `${promise} (skipped: only Linux counts what a process reads)`];
onLinux(title, async () => {
  const journal = open();
  const [before, since] = [bytesRead(), performance.now()];
  const { entries, bytes } = await journal.stats();
  const [read, ms] = [bytesRead() - before, performance.now() - since];
  tell(`start: ${Math.round(ms)} ms, ${read} of ${bytes} bytes read`);
  expect(entries).toBe(deliveries);
  expect(read).toBeLessThan(bytes / 10);
  await journal.close?.();
});

test.each(searches)(
  'to find %s takes no more memory than to find some',
  async (what, query, total) => {
    const journal = open();
    expect(await grownByFinding(`find ${what}`, { journal, query, total })).toBeLessThan(8);
    await journal.close?.();
  },
  longest,
);

test(
  'to replay all of them takes no more memory than to replay some',
  async () => {
    expect(await grownByReplaying('replay', fileJournal({ directory }))).toBeLessThan(16);
  },
  longest,
);
