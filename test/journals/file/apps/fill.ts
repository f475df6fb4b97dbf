import { randomBytes } from 'node:crypto';
import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileJournal } from '../../../../src/journals/file';
import { silent } from '../silent';

// Appends until the disk is full, and goes on when there is room. Writes what it saw as one line of JSON.
const [, , disk = ''] = process.argv;
const ballast = join(disk, 'ballast');
mkdirSync(disk, { recursive: true });
writeFileSync(ballast, randomBytes(300_000));

function open() {
  const journal = fileJournal({ directory: join(disk, 'journal') });
  journal.open({ clock: Date, logger: silent });
  return journal;
}

let journal = open();
let kept: { readonly key: string; readonly tenant: string }[] = [];
const refused = new Set<string>();
let count = 0;

async function append(): Promise<string> {
  const key = randomBytes(32).toString('hex');
  const tenant = count++ % 2 === 0 ? 'acme' : 'other';
  const request = { headers: {}, params: {}, scheme: 'hmac', event: undefined, rawBody: randomBytes(4000) };
  try {
    await journal.append({ key, tenant, receivedAt: Date.now(), ...request });
    kept.push({ key, tenant });
    return 'kept';
  } catch (error) {
    refused.add(key);
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** Whether exactly what was kept is found. */
async function isExact(): Promise<boolean> {
  const found: string[] = [];
  for await (const { key } of journal.find({ order: 'oldest first' })) found.push(key);
  const expected = kept.map(({ key }) => key);
  return JSON.stringify(found.sort()) === JSON.stringify(expected.sort());
}

async function main(): Promise<void> {
  let full = 'kept';
  while (full === 'kept') full = await append();
  const keptBefore = kept.length;
  const atOnce = await Promise.all(Array.from({ length: 20 }, append));
  const ping = await journal.ping?.().then(() => 'answered', codeOf);
  const whileFull = { full, keptBefore, refusedAtOnce: atOnce.filter((what) => what === full).length, ping };
  const exactWhileFull = await isExact();
  const forgot = await journal.forget({ tenant: 'other' }).then((number) => number, codeOf);
  if (typeof forgot === 'number') kept = kept.filter(({ tenant }) => tenant !== 'other');
  const exactAfterForget = await isExact();
  unlinkSync(ballast);
  const withRoom = [await append(), await append()];
  const exactWithRoom = await isExact();
  await journal.close?.();
  journal = open();
  const { unreadable } = await journal.stats();
  const exactAgain = await isExact();
  const exact = { exactWhileFull, exactAfterForget, exactWithRoom, exactAgain };
  process.stdout.write(`${JSON.stringify({ ...whileFull, forgot, withRoom, ...exact, unreadable })}\n`);
}

void main().then(() => process.exit());
