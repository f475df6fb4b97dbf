import { setImmediate as turn } from 'node:timers/promises';
import { inBatches } from '../../src/foundations/in-batches';

/** A sender whose batches are answered by the test. */
function sender() {
  const batches: (readonly string[])[] = [];
  const open: PromiseWithResolvers[] = [];
  function send(items: readonly string[]): Promise<void> {
    batches.push(items);
    return new Promise((resolve, reject) => open.push({ resolve, reject }));
  }
  async function settled(act: (one: PromiseWithResolvers) => void): Promise<void> {
    for (const one of open.splice(0)) act(one);
    await turn();
    await turn();
  }
  return { batches, send, answer: () => settled(({ resolve }) => resolve()), settled };
}

interface PromiseWithResolvers {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

test('sends what comes in one turn together, and what comes later by itself', async () => {
  const { batches, send, answer } = sender();
  const add = inBatches<string>(send);
  const first = [add('a'), add('b')];
  await turn();
  const later = add('c');
  await turn();
  expect(batches).toEqual([['a', 'b'], ['c']]);
  await answer();
  await Promise.all([...first, later]);
});

test('while as many batches as may are under way, the next one grows', async () => {
  const { batches, send, answer } = sender();
  const add = inBatches<string>(send, { atOnce: 1 });
  const all = [add('a')];
  for (const item of ['b', 'c']) {
    await turn();
    all.push(add(item));
  }
  await turn();
  expect(batches).toEqual([['a']]);
  await answer();
  expect(batches).toEqual([['a'], ['b', 'c']]);
  await answer();
  await Promise.all(all);
});

test('a batch without an answer holds up no other for more than a second, and is told of its end all the same', async () => {
  const { batches, send, answer } = sender();
  const add = inBatches<string>(send, { atOnce: 1 });
  const silent = add('a');
  await turn();
  const next = add('b');
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(batches).toEqual([['a'], ['b']]);
  await answer();
  await Promise.all([silent, next]);
});

test('a batch is no larger than it may be, and an item that is larger goes by itself', async () => {
  const { batches, send, answer } = sender();
  const add = inBatches<string>(send, { sizes: { of: ({ length }) => length, most: 4 } });
  const all = ['aa', 'bb', 'c', 'dddddd', 'e', 'f'].map(add);
  await turn();
  expect(batches).toEqual([['aa', 'bb'], ['c'], ['dddddd'], ['e', 'f']]);
  await answer();
  await Promise.all(all);
});

describe('what is refused', () => {
  const refusal = new Error('bad');
  const refusing = (tried: (readonly string[])[]) => (items: readonly string[]) => {
    tried.push(items);
    return items.includes('bad') ? Promise.reject(refusal) : Promise.resolve();
  };
  const ends = (promises: Promise<void>[]) =>
    Promise.all(
      promises.map((one) =>
        one.then(
          () => 'sent',
          (error: unknown) => error,
        ),
      ),
    );

  test('for what is wrong with one item, refuses that one alone, and sends the others', async () => {
    const tried: (readonly string[])[] = [];
    const add = inBatches<string>(refusing(tried), { mayBeOfOne: () => true });
    expect(await ends(['a', 'bad', 'b'].map(add))).toEqual(['sent', refusal, 'sent']);
    expect(tried).toEqual([['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
  });

  test('for another reason, refuses all of the batch, and sends none again', async () => {
    const tried: (readonly string[])[] = [];
    const add = inBatches<string>(refusing(tried), { mayBeOfOne: () => false });
    expect(await ends(['a', 'bad'].map(add))).toEqual([refusal, refusal]);
    expect(tried).toEqual([['a', 'bad']]);
  });
});
