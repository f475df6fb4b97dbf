import { unexplained } from '../../../src/cli/inspector/body-work';
import { DeliveryLines } from '../../../src/cli/inspector/delivery-lines';
import { DeliveryLog, type LoggedDelivery } from '../../../src/cli/inspector/delivery-log';
import type { SignatureCheck } from '../../../src/cli/inspector/wire';

/** Lines of JSON whose explanations are given by hand, and the bodies that were to be explained. */
function linesOf(secret: string | undefined) {
  const asked: { readonly body: string; readonly answer: PromiseWithResolvers }[] = [];
  const printed: { readonly id: number; readonly causes: readonly string[] }[] = [];
  const lines = new DeliveryLines({
    secret,
    work: {
      explainSignature({ body }) {
        const answer = withResolvers();
        asked.push({ body: body.toString(), answer });
        return answer.promise;
      },
    },
    json: true,
    output: {
      write(text) {
        const { id, signature } = JSON.parse(text) as { id: number; signature: { causes: string[] } };
        printed.push({ id, causes: signature.causes });
      },
      isTerminal: false,
      isRedrawn: false,
      columns: 80,
      drained: () => Promise.resolve(),
      paint: (_style, text) => text,
    },
  });
  return { lines, asked, printed };
}

interface PromiseWithResolvers {
  readonly promise: Promise<SignatureCheck>;
  resolve(check: SignatureCheck): void;
  reject(error: Error): void;
}

function withResolvers(): PromiseWithResolvers {
  let settle: Pick<PromiseWithResolvers, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<SignatureCheck>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, resolve: (check) => settle?.resolve(check), reject: (error) => settle?.reject(error) };
}

function deliveries(log: DeliveryLog, bodies: readonly string[]): readonly LoggedDelivery[] {
  return bodies.map((body) =>
    log.add({
      request: { method: 'POST', url: '/', headers: {}, body: Buffer.from(body) },
      key: undefined,
      reason: undefined,
      app: undefined,
      summary: { receivedAt: 0, outcome: 'unauthenticated', status: 401, ms: 1 },
    }),
  );
}

const because = (cause: string): SignatureCheck => ({ ...unexplained('a secret'), causes: [cause] });

test('prints in the order in which deliveries came, whichever is explained first, and also one that cannot be', async () => {
  const { lines, asked, printed } = linesOf('a secret');
  for (const logged of deliveries(new DeliveryLog(), ['a', 'b', 'c'])) lines.add(logged);
  expect(asked.map(({ body }) => body)).toEqual(['a', 'b', 'c']);
  asked[2]?.answer.resolve(because('third'));
  asked[1]?.answer.reject(new Error('the thread has ended'));
  await new Promise(setImmediate);
  expect(printed).toStrictEqual([]);
  asked[0]?.answer.resolve(because('first'));
  await lines.end();
  expect(printed).toStrictEqual([
    { id: 1, causes: ['first'] },
    { id: 2, causes: [] },
    { id: 3, causes: ['third'] },
  ]);
});

test('asks about no large body of a stranger, and about a hundred deliveries at once at most', async () => {
  const { lines, asked, printed } = linesOf('a secret');
  const log = new DeliveryLog();
  for (const logged of deliveries(log, ['['.repeat(6000)])) lines.add(logged);
  expect(asked).toHaveLength(0);
  for (const logged of deliveries(log, Array<string>(200).fill('small'))) lines.add(logged);
  // The first of a hundred is the large one, which waits to be printed.
  expect(asked).toHaveLength(99);
  for (const { answer } of asked) answer.resolve(because('explained'));
  await lines.end();
  expect(printed.map(({ id }) => id)).toEqual(Array.from({ length: 201 }, (_, index) => index + 1));
  expect(printed.filter(({ causes }) => causes.length > 0)).toHaveLength(99);
});
