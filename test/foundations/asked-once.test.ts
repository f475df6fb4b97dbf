import { askedOnce } from '../../src/foundations/asked-once';

const never = new Promise<never>(() => undefined);

/** Counts how often it is asked, and gives these answers. */
function asking(answers: readonly Promise<string>[], ms = 1000) {
  const asked: number[] = [];
  const ask = askedOnce(
    () => {
      asked.push(asked.length);
      return answers[asked.length - 1] ?? never;
    },
    ms,
    'The oracle',
  );
  return { ask, asked };
}

test('who asks meanwhile and later has the answer of the first', async () => {
  const { ask, asked } = asking([Promise.resolve('yes')]);
  const both = [ask(), ask()];
  expect(await Promise.all(both)).toEqual(['yes', 'yes']);
  expect(await ask()).toBe('yes');
  expect(asked).toHaveLength(1);
});

test('a failure reaches all that wait, and the next one asks again', async () => {
  const { ask, asked } = asking([Promise.reject(new Error('not today')), Promise.resolve('yes')]);
  for (const each of [ask(), ask()]) await expect(each).rejects.toThrow('not today');
  expect(asked).toHaveLength(1);
  expect(await ask()).toBe('yes');
});

test('a failure at once is not kept either', async () => {
  const answers = [
    () => {
      throw new Error('not even asked');
    },
    () => Promise.resolve('yes'),
  ];
  const ask = askedOnce(() => (answers.shift() as () => Promise<string>)(), 1000, 'The oracle');
  await expect(ask()).rejects.toThrow('not even asked');
  expect(await ask()).toBe('yes');
});

test('a failure that comes after it was forgotten takes no newer answer away', async () => {
  let fail = (_error: Error): void => undefined;
  const first = new Promise<string>((_resolve, reject) => {
    fail = reject;
  });
  const { ask, asked } = asking([first, Promise.resolve('yes')]);
  const refused = expect(ask()).rejects.toThrow('too late');
  ask.forget();
  expect(await ask()).toBe('yes');
  fail(new Error('too late'));
  await refused;
  expect(await ask()).toBe('yes');
  expect(asked).toHaveLength(2);
});

test('an answer that does not come in time is no answer, and the next one asks again', async () => {
  const { ask, asked } = asking([never, Promise.resolve('yes')], 20);
  await expect(ask()).rejects.toThrow('The oracle did not answer within 20 ms');
  expect(await ask()).toBe('yes');
  expect(asked).toHaveLength(2);
});

test('what is forgotten is asked again', async () => {
  const { ask } = asking([Promise.resolve('yes'), Promise.resolve('no')]);
  expect(await ask()).toBe('yes');
  ask.forget();
  expect(await ask()).toBe('no');
});
