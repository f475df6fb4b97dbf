import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { all, cleanUp, newFolder, openJournal } from './kit';
import { type Program, program } from './program';

/** A nightly job kills more often. */
const rounds = Number(process.env['JOURNAL_KILLS'] ?? 8);
let append: Program;

beforeAll(async () => {
  append = await program('append');
});
afterAll(() => append.remove());
afterEach(cleanUp);

test(
  'finds every entry that was acknowledged whole and once, however often its process is killed',
  async () => {
    const directory = newFolder();
    const kept = new Set<string>();
    const ended = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      const running = append.start([directory, '16']);
      await running.said('kept');
      await pause(Math.random() * 120);
      await running.kill();
      for (const line of running.lines) {
        const [what, key = ''] = line.split(' ');
        // The last line may be cut.
        if (key.length === 64) (what === 'kept' ? kept : ended).add(key);
      }
      const journal = openJournal({ directory });
      const found = await all(journal);
      await journal.close();
      const keys = new Map(found.map((record) => [record.key, record]));
      expect(keys.size).toBe(found.length);
      for (const { key, rawBody } of found) expect(createHash('sha256').update(rawBody).digest('hex')).toBe(key);
      expect([...kept].filter((key) => !keys.has(key))).toStrictEqual([]);
      expect([...ended].filter((key) => keys.get(key)?.end?.succeeded[0] !== key.slice(0, 8))).toStrictEqual([]);
    }
    expect(kept.size).toBeGreaterThan(rounds);
    expect(ended.size).toBeGreaterThan(0);
  },
  20_000 + rounds * 3000,
);
