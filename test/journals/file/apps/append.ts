import { createHash, randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { fileJournal } from '../../../../src/journals/file';
import { silent } from '../silent';

// Appends without end, and says so on standard output when something is durable: `kept <key>`, `ended <key>`. The key is
// the hash of the body. What belongs to the tenant `gone` is forgotten now and then.
const [, , directory = '', concurrency = '16'] = process.argv;
const journal = fileJournal({ directory });
journal.open({ clock: Date, logger: silent });
const say = (text: string): void => void writeSync(1, `${text}\n`);

async function append(index: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const rawBody = randomBytes(count % 10 === 9 ? 60_000 : 100 + (count % 7) * 300);
    const key = createHash('sha256').update(rawBody).digest('hex');
    const tenant = index === 0 ? 'gone' : 'acme';
    const request = { headers: { 'x-index': String(index) }, params: {}, scheme: 'hmac', event: 'notes_created' };
    await journal.append({ key, rawBody, tenant, receivedAt: Date.now(), ...request });
    if (tenant === 'acme') say(`kept ${key}`);
    if (count % 3 !== 0) continue;
    await journal.ended(key, { outcome: 'processed', succeeded: [key.slice(0, 8)], endedAt: Date.now() });
    if (tenant === 'acme') say(`ended ${key}`);
  }
}

async function forget(): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    await journal.forget({ tenant: 'gone' });
  }
}

void Promise.all([...Array.from({ length: Number(concurrency) }, (_, index) => append(index)), forget()]);
