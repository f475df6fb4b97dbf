import { Breaker, NotAskedError } from '../../src/foundations/breaker';
import { SilenceError } from '../../src/foundations/timeouts';

const usualMs = 100;

/** A server whose answers the test gives, and a breaker before it. */
function stage(timeoutMs = usualMs) {
  const told: string[] = [];
  const waiting: { resolve(value: string): void; reject(error: Error): void }[] = [];
  let answers = 0;
  let hooked = 0;
  const breaker = new Breaker({
    who: 'The server',
    timeoutMs,
    onSilence: (message, isNew) => {
      hooked += 1;
      if (isNew) told.push(message);
    },
    onAnswer: () => {
      answers += 1;
    },
  });
  const lane = breaker.lane();
  const call = (): Promise<string> => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  return { breaker, told, waiting, call, lane, answers: () => answers, hooked: () => hooked };
}

/** The name of the error of a call, whether it is thrown or a rejection; else its answer. */
async function ended(ask: () => unknown): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    return (error as Error).name;
  }
}

test('after one call without an answer, calls are made one at a time and the others fail at once', async () => {
  const { lane, call, waiting, told, hooked } = stage();
  const first = [ended(() => lane(call)), ended(() => lane(call))];
  expect(await Promise.all(first)).toEqual([SilenceError.name, SilenceError.name]);
  const probe = ended(() => lane(call));
  for (let count = 0; count < 100; count += 1) expect(() => lane(call)).toThrow(NotAskedError);
  expect(waiting).toHaveLength(3);
  expect(await probe).toBe(SilenceError.name);
  const next = ended(() => lane(call));
  expect(() => lane(call)).toThrow(NotAskedError);
  expect(waiting).toHaveLength(4);
  expect(await next).toBe(SilenceError.name);
  expect(told).toEqual(['The server did not answer within 100 ms']);
  // At the first silence, and at each of the two probes.
  expect(hooked()).toBe(3);
});

test('the first answer lets all calls through again, and a later silence is told of again', async () => {
  const { lane, call, waiting, told, answers } = stage();
  await ended(() => lane(call));
  const probe = ended(() => lane(call));
  waiting[1]?.resolve('here');
  expect(await probe).toBe('here');
  const both = [ended(() => lane(call)), ended(() => lane(call))];
  expect(waiting).toHaveLength(4);
  waiting[2]?.resolve('a');
  waiting[3]?.resolve('b');
  expect(await Promise.all(both)).toEqual(['a', 'b']);
  expect(answers()).toBe(3);
  await ended(() => lane(call));
  expect(told).toHaveLength(2);
});

test('an answer that comes too late is one', async () => {
  const { lane, call, waiting } = stage();
  await ended(() => lane(call));
  const probe = ended(() => lane(call));
  expect(() => lane(call)).toThrow(NotAskedError);
  waiting[0]?.resolve('late');
  await new Promise(setImmediate);
  const free = ended(() => lane(call));
  waiting[1]?.resolve('a');
  waiting[2]?.resolve('b');
  expect(await Promise.all([probe, free])).toEqual(['a', 'b']);
});

test('an error that comes late is silence: it is the client’s own time-out', async () => {
  const { lane, call, waiting, told } = stage();
  const timedOut = ended(() => lane(call));
  await new Promise((resolve) => setTimeout(resolve, usualMs * 0.7));
  waiting[0]?.reject(new RangeError('timed out'));
  expect(['RangeError', SilenceError.name]).toContain(await timedOut);
  void ended(() => lane(call));
  expect(() => lane(call)).toThrow(NotAskedError);
  expect(told).toEqual(['The server did not answer within 100 ms']);
});

test('errors that come soon are answers: no call is held back after them', async () => {
  // On a busy machine, an error at once may take tens of milliseconds.
  const { lane, call, waiting, told } = stage(1000);
  const refused = (): Promise<never> => Promise.reject(new RangeError('refused'));
  const thrown = (): never => {
    throw new TypeError('thrown');
  };
  expect(await ended(() => lane(refused))).toBe('RangeError');
  expect(await ended(() => lane(thrown))).toBe('TypeError');
  await ended(() => lane(call));
  expect(await ended(() => lane(refused))).toBe('RangeError');
  const both = [ended(() => lane(call)), ended(() => lane(call))];
  expect(waiting).toHaveLength(3);
  expect(await Promise.all(both)).toEqual([SilenceError.name, SilenceError.name]);
  expect(await ended(() => lane(thrown))).toBe('TypeError');
  void ended(() => lane(call));
  expect(waiting).toHaveLength(4);
  expect(told).toHaveLength(2);
});

test('an error of a call that was under way at the silence ends none: the user closed the client', async () => {
  const { breaker, lane, call, waiting, told } = stage(500);
  const silent = ended(() => lane(call));
  await new Promise((resolve) => setTimeout(resolve, 400));
  const late = ended(() => lane(call));
  expect(await silent).toBe(SilenceError.name);
  waiting[1]?.reject(new RangeError('closed'));
  expect(await late).toBe('RangeError');
  const probe = ended(() => lane(call));
  expect(() => lane(call)).toThrow(NotAskedError);
  // Likewise the probe of another lane, asked in the same silence.
  await new Promise((resolve) => setTimeout(resolve, 400));
  const other = breaker.lane();
  const otherProbe = ended(() => other(call));
  expect(await probe).toBe(SilenceError.name);
  waiting[3]?.reject(new RangeError('closed'));
  expect(await otherProbe).toBe('RangeError');
  void ended(() => lane(call));
  expect(() => lane(call)).toThrow(NotAskedError);
  expect(told).toHaveLength(1);
});

test('a call that is slow while others are answered holds nobody back', async () => {
  const { lane, call, told } = stage();
  const slow = ended(() => lane(call));
  expect(await ended(() => lane(() => Promise.resolve('quick')))).toBe('quick');
  expect(await slow).toBe(SilenceError.name);
  expect(await ended(() => lane(() => Promise.resolve('quick')))).toBe('quick');
  expect(told).toHaveLength(0);
});

test('a call that hangs in one lane holds back no call of another', async () => {
  const { breaker, lane, call, waiting } = stage();
  await ended(() => lane(call));
  const hanging = ended(() => lane(call));
  expect(() => lane(call)).toThrow(NotAskedError);
  const other = breaker.lane();
  const asked = ended(() => other(call));
  waiting[2]?.resolve('answered');
  expect(await asked).toBe('answered');
  waiting[1]?.resolve('freed');
  expect(await hanging).toBe('freed');
});

test('an answer at once stays one, and is an answer', async () => {
  const { lane, call, waiting } = stage();
  expect(lane(() => 'now')).toBe('now');
  await ended(() => lane(call));
  expect(lane(() => 'now')).toBe('now');
  void ended(() => lane(call));
  void ended(() => lane(call));
  expect(waiting).toHaveLength(3);
});
