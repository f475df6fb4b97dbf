import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import express from 'express';
import { type BigmindWebhooksOptions, hmac, memoryStore, type NoSchemas, type SignatureScheme } from '../../src/index';
import { gate, genuine, notedLog, receiverWith, said, send, until } from '../deduplication/kit';
import { dial, headLines, path, post, serve } from '../express/serve';
import { arrayQueue } from '../testing/array-queue';
import { ArrayJournal } from './journal/array-journal';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How many copies or uploads are counted: each could hold 5 MB. */
const many = 20;

/** How `genuine()` is signed. */
const signed = { header: 'x-bigmind-signature' };

type Options = BigmindWebhooksOptions<NoSchemas, undefined>;

/** What nobody may hold, and how much of it is still there. */
class Watched {
  readonly #references: WeakRef<object>[] = [];

  add(value: object): void {
    this.#references.push(new WeakRef(value));
  }

  get count(): number {
    return this.#references.length;
  }

  /** How many are left when they have had every chance to go. */
  async left(expected: number): Promise<number> {
    let left = this.count;
    for (let round = 0; round < 50 && left > expected; round++) {
      await setImmediate();
      collectGarbage();
      left = this.#references.filter((reference) => reference.deref() !== undefined).length;
    }
    return left;
  }
}

/** A scheme and a naming that see the bytes and the payload of every delivery, copies as well. */
function watching() {
  const bytes = new Watched();
  const payloads = new Watched();
  const pinned = hmac(signed);
  const signature: SignatureScheme = {
    ...pinned,
    verify(input) {
      bytes.add(input.rawBody);
      return pinned.verify(input);
    },
  };
  function key({ rawBody, payload }: { rawBody: Buffer; payload: unknown }): string {
    payloads.add(payload as object);
    return rawBody.toString('latin1');
  }
  return { bytes, payloads, signature, key };
}

/** With a line for each delivery, without, and with a journal, which copies the bytes that it keeps. */
const logs: readonly (readonly [string, () => Options])[] = [
  ['a log', () => ({ logger: notedLog().logger })],
  ['no log', () => ({ logger: false })],
  ['a journal', () => ({ logger: false, journal: new ArrayJournal() })],
];

/** What was sent, in memory of its own each time. */
function copyOf({ headers, body }: ReturnType<typeof genuine>) {
  return { headers, body: Buffer.from(body) };
}

describe.each(logs)('with %s', (_name, log) => {
  test('a copy that joined a run holds neither its bytes nor its payload while it waits', async () => {
    const { bytes, payloads, signature, key } = watching();
    const slow = gate();
    const webhooks = receiverWith({ ...log(), signature, deduplicate: { key } });
    let runs = 0;
    webhooks.on('notes_created', async () => {
      runs++;
      await slow.passed;
    });
    const delivery = genuine();
    // Not send(), which would hold what it was given while it waits.
    const answers = Array.from({ length: 1 + many }, () => webhooks.receive(copyOf(delivery)).then(said));
    await until(() => payloads.count === 1 + many);
    // Those of the run itself are its handler's.
    expect([await bytes.left(1), await payloads.left(1)]).toEqual([1, 1]);
    slow.open();
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['200 processed']));
    expect([await bytes.left(0), await payloads.left(0), runs]).toEqual([0, 0, 1]);
  });

  test('nothing is held of a repeat that was answered with a timeout, nor of the first when its handler ended late', async () => {
    const { bytes, payloads, signature, key } = watching();
    const slow = gate();
    const webhooks = receiverWith({ ...log(), signature, deduplicate: { key }, timeoutMs: 20 });
    let ended = 0;
    webhooks.on('notes_created', async () => {
      await slow.passed;
      ended++;
    });
    const delivery = genuine();
    for (let repeat = 0; repeat < 1 + many; repeat++)
      expect(await send(webhooks, copyOf(delivery))).toBe('503 TIMEOUT');
    expect([await bytes.left(1), await payloads.left(1)]).toEqual([1, 1]);
    slow.open();
    await until(() => ended === 1);
    expect([await bytes.left(0), await payloads.left(0)]).toEqual([0, 0]);
    expect(await send(webhooks, copyOf(delivery))).toBe('200 duplicate');
  });

  test('nothing is held of deliveries that are in progress elsewhere', async () => {
    const { bytes, payloads, signature, key } = watching();
    const slow = gate();
    const store = memoryStore();
    const elsewhere = receiverWith({
      signature: hmac(signed),
      deduplicate: { store, key: ({ rawBody }) => rawBody.toString('latin1') },
    });
    elsewhere.on('notes_created', () => slow.passed);
    const here = receiverWith({ ...log(), signature, deduplicate: { store, key } });
    let runs = 0;
    here.on('notes_created', () => {
      runs++;
    });
    const delivery = genuine();
    const first = send(elsewhere, copyOf(delivery));
    await setImmediate();
    for (let copy = 0; copy < many; copy++) expect(await send(here, copyOf(delivery))).toBe('503 IN_PROGRESS');
    expect([await bytes.left(0), await payloads.left(0), runs]).toEqual([0, 0, 0]);
    slow.open();
    expect(await first).toBe('200 processed');
  });

  test('deliveries that wait for their queue are held as jobs alone', async () => {
    const { bytes, payloads, signature, key } = watching();
    const slow = gate();
    let asked = 0;
    const queue = {
      ...arrayQueue(),
      enqueue() {
        asked += 1;
        return slow.passed;
      },
    };
    const patient = { timeoutMs: 60_000, deduplicate: { key, storeTimeoutMs: 60_000 } };
    const webhooks = receiverWith({ ...log(), ...patient, signature, queue });
    const delivery = genuine();
    const answers = Array.from({ length: many }, () => webhooks.receive(copyOf(delivery)).then(said));
    await until(() => asked === many);
    expect([await bytes.left(0), await payloads.left(0), payloads.count]).toEqual([0, 0, many]);
    slow.open();
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['200 queued']));
  });

  test('nothing is held of a run without de-duplication once it has ended', async () => {
    const { bytes, signature } = watching();
    const webhooks = receiverWith({ ...log(), signature, deduplicate: false });
    webhooks.on('notes_created', () => setImmediate());
    const delivery = genuine();
    for (let copy = 0; copy < many; copy++) expect(await send(webhooks, copyOf(delivery))).toBe('200 processed');
    expect(bytes.count).toBe(many);
    expect(await bytes.left(0)).toBe(0);
  });

  test('over HTTP, nothing is held of copies that were answered, nor of uploads that were aborted', async () => {
    const { bytes, payloads, signature, key } = watching();
    const slow = gate();
    const webhooks = receiverWith({ ...log(), signature, deduplicate: { key }, timeoutMs: 20 });
    webhooks.on('notes_created', () => slow.passed);
    const chunks = new Watched();
    const app = express().use(path, (request, _response, next) => {
      request.on('data', (chunk: Buffer) => chunks.add(chunk));
      next();
    });
    const served = await serve(app.use(path, webhooks.router));
    const delivery = genuine();
    for (let copy = 0; copy < 1 + many; copy++) expect((await post(served.origin + path, delivery)).status).toBe(503);
    for (let upload = 0; upload < many; upload++) {
      const { socket, ended } = dial(served.port);
      const head = headLines({ ...delivery.headers, 'content-length': String(delivery.body.length + 1) });
      socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${head}\r\n${delivery.body}`);
      await until(() => chunks.count === 1 + many + 1 + upload);
      socket.destroy();
      await ended;
    }
    // Those of the run itself are its handler's.
    expect([await bytes.left(1), await payloads.left(1), await chunks.left(1)]).toEqual([1, 1, 1]);
    slow.open();
    expect([await bytes.left(0), await payloads.left(0), await chunks.left(0)]).toEqual([0, 0, 0]);
    await served.close();
  });
});
