import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once as happening } from 'node:events';
import { type Bundle, bundle } from '../kit/bundle';
import { pause } from '../kit/sender';
import { databaseUrl } from '../services';
import { found, makePlace, type Place } from './postgres-kit';

/** A nightly job kills more often. */
const rounds = Number(process.env['JOURNAL_KILLS'] ?? 8);
let app: Bundle;
let place: Place;

beforeAll(async () => {
  app = await bundle({ entry: 'test/integration/apps/journal-writer.ts' });
  place = await makePlace();
  await place.journal().migrate();
});
afterAll(async () => {
  app.remove();
  await place.remove();
});

interface Writer {
  readonly process: ChildProcess;
  /** The keys that it has had acknowledged. */
  readonly keys: () => string[];
}

function startWriter(seed: string): Writer {
  const settings = { databaseUrl, schema: place.schema, lanes: 4, seed };
  const child = spawn(process.execPath, [app.file], { env: { WRITER: JSON.stringify(settings) } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // A line that the kill cut short is no acknowledgement.
  return { process: child, keys: () => output.split('\n').slice(0, -1) };
}

async function kill({ process: child }: Writer): Promise<void> {
  const closed = happening(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

test(
  'of two processes with one journal, some killed at any moment, every acknowledged delivery is found once and whole',
  async () => {
    const seed = randomBytes(8).toString('hex');
    const survivor = startWriter(seed);
    const acknowledged: string[] = [];
    for (let kills = 0; kills < rounds; kills += 1) {
      const mortal = startWriter(seed);
      const due = 5 + Math.floor(Math.random() * 60);
      for (let tries = 0; tries < 3000 && mortal.keys().length < due; tries += 1) await pause(5);
      await pause(Math.random() * 20);
      await kill(mortal);
      acknowledged.push(...mortal.keys());
    }
    await kill(survivor);
    acknowledged.push(...survivor.keys());
    const records = await found(place.journal());
    const keys = records.map(({ key }) => key);
    expect(acknowledged.length).toBeGreaterThan(100);
    const once = new Set(keys);
    expect(once.size).toBe(keys.length);
    expect(acknowledged.filter((key) => !once.has(key))).toStrictEqual([]);
    for (const { key, rawBody } of records) expect(rawBody.toString()).toBe(`the body of ${key}`);
    expect((await place.journal().stats()).entries).toBe(keys.length);
    // Both told the end of some, and neither lost the name of the other.
    expect(records.some(({ end }) => end !== undefined && end.succeeded.length > 1)).toBe(true);
  },
  30_000 + rounds * 5000,
);
