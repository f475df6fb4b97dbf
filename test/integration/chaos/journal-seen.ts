import { Pool } from 'pg';
import type { Journal } from '../../../src/index';
import { fileJournal } from '../../../src/journals/file';
import { postgresJournal } from '../../../src/journals/postgres';
import { parseLogger } from '../../../src/options/parse-logger';
import { journalIn, type Place } from './places';
import { hasJournal, type JournalSeen, type Sent } from './scenario';
import type { SetupName } from './setup';

interface Kept {
  readonly setup: SetupName;
  readonly place: Place;
  readonly namespace: string;
  /** By key. */
  readonly sent: ReadonlyMap<string, Sent>;
}

/** Reads the journal of a service that has ended, and compares it with what was sent and answered. */
export async function readJournal({ setup, place, namespace, sent }: Kept): Promise<JournalSeen | undefined> {
  if (!hasJournal(setup)) return undefined;
  if (setup === 'fileJournal') return await compare(openFolder(place), sent);
  const pool = new Pool({ connectionString: place.directUrl });
  try {
    return await compare(opened(postgresJournal({ pool, namespace })), sent);
  } finally {
    await pool.end();
  }
}

/** The journal of a place, in this process. */
export function openFolder({ folder = '' }: Place): Journal {
  return opened(fileJournal({ directory: journalIn(folder) }));
}

function opened(journal: Journal): Journal {
  journal.open({ logger: parseLogger(false), clock: Date });
  return journal;
}

async function compare(journal: Journal, sent: Kept['sent']): Promise<JournalSeen> {
  const times = new Map<string, number>();
  const ended = new Set<string>();
  const changed = new Set<string>();
  for await (const { key, rawBody, end } of journal.find({ order: 'oldest first' })) {
    times.set(key, (times.get(key) ?? 0) + 1);
    if (end !== undefined) ended.add(key);
    if (rawBody.toString() !== sent.get(key)?.note.body) changed.add(key);
  }
  await journal.close?.();
  const answered = [...sent].flatMap(([key, { acknowledged }]) => (acknowledged ? [key] : []));
  return {
    kept: times.size,
    missing: answered.filter((key) => !times.has(key)).length,
    damaged: [...times].filter(([key, count]) => count > 1 || changed.has(key)).length,
    withoutEnd: answered.filter((key) => times.has(key) && !ended.has(key)).length,
  };
}
