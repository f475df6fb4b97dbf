import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signDelivery } from '../../src/testing';
import { referenceExamples } from '../fixtures/reference-examples';

const secret = 'the secret of the examples';

export interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Driven {
  readonly replies: readonly { readonly status: number; readonly body: string }[];
  /** What reached the handlers, in order. */
  readonly seen: readonly unknown[];
}

/** The payloads of the reference, signed; then one that somebody else signed. */
export function deliveries(): Sent[] {
  const genuine = referenceExamples.map((payload) => signDelivery({ payload, secret }));
  return [...genuine, signDelivery({ payload: referenceExamples[0], secret: 'another secret' })];
}

/** Hands the deliveries to an example in a process of its own, which must end by itself. */
export function drive(driver: string, folder: string, modules: readonly string[]): Driven {
  const output = join(folder, 'driven.json');
  const { PATH } = process.env;
  execFileSync(process.execPath, [join(__dirname, driver), output, ...modules], {
    input: JSON.stringify(deliveries()),
    env: { PATH, BIGMIND_WEBHOOK_SECRET: secret },
    timeout: 30_000,
  });
  return JSON.parse(readFileSync(output, 'utf8')) as Driven;
}

export function expectAllHandled({ replies, seen }: Driven): void {
  expect(replies.slice(0, -1)).toEqual(referenceExamples.map(() => ({ status: 200, body: '{"status":"processed"}' })));
  expect(replies.at(-1)?.status).toBe(401);
  expect(replies).toHaveLength(referenceExamples.length + 1);
  expect(seen).toEqual(referenceExamples);
}
