import { once } from 'node:events';
import { writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { bigmindWebhooks } from '../../../../src';
import { fileJournal } from '../../../../src/journals/file';
import { faultyDisk, type Refused } from './faulty-disk';

/** What a test tells this process; it answers `did <what>`. */
export type Order =
  | { readonly refuse: Refused }
  | { readonly aheadMs: number }
  /** All that came more than an hour ago. */
  | 'forget'
  /** Is not answered. */
  | 'lose power';

// Receives deliveries and keeps them on a disk that fails as it is told. Says its port, and what it logs of failures.
const [, , root = '', secret = ''] = process.argv;
const disk = faultyDisk(root);
const say = (text: string): void => void writeSync(1, `${text}\n`);
let aheadMs = 0;
const clock = { now: () => Date.now() + aheadMs };

const logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields: object, message: string) => say(`warn ${message} ${JSON.stringify(fields)}`),
  error: (fields: object, message: string) => say(`error ${message} ${JSON.stringify(fields)}`),
  child: () => logger,
};
const webhooks = bigmindWebhooks({
  secret,
  logger,
  clock,
  journal: fileJournal({ directory: join(root, 'data', 'journal') }),
});
webhooks.on('notes_created', () => undefined, { name: 'crm' });

// Otherwise it would go on when its test was killed.
process.once('disconnect', () => process.exit());
process.on('message', (order: Order) => void obey(order).then(() => say(`did ${JSON.stringify(order)}`)));

async function obey(order: Order): Promise<void> {
  if (order === 'lose power') await disk.losePower();
  else if (order === 'forget') await forget();
  else if ('refuse' in order) disk.refuse(order.refuse);
  else aheadMs = order.aheadMs;
}

async function forget(): Promise<void> {
  const before = new Date(clock.now() - 3_600_000);
  await webhooks.journal.forget({ before }).catch((error: unknown) => say(`error ${String(error)}`));
}

async function listen(): Promise<void> {
  const server = express().use(webhooks.router).listen(0, '127.0.0.1');
  await once(server, 'listening');
  say(`port ${(server.address() as AddressInfo).port}`);
}
void listen();
