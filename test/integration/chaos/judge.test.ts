import { networkFaults } from './faults/network';
import { differences, wordsOfExpected } from './judge';
import { endOf, type Result } from './report';
import { type Fault, promised, type Scenario, type Seen } from './scenario';

const inJournal = { kept: 100, missing: 0, damaged: 0, withoutEnd: 0 };
const kept: Seen = {
  sent: 100,
  lost: 0,
  twice: 0,
  answersS: 1,
  handlesS: 1,
  allS: 2,
  servedDuring: 1,
  overIdleMb: 5,
  duringMb: 3,
  said: '{"silent":"store"}',
  givenUp: 0,
  fallen: [],
  outcomes: { processed: 100, UNAVAILABLE: 3, 'no answer': 1 },
  journal: inJournal,
};
const strict = { ...promised, ends: 'all', servesDuring: 0.9, duringMb: 60, says: /silent/ } as const;

test('what keeps every promise is no difference', () => {
  expect(differences(strict, kept)).toStrictEqual([]);
});

test.each<[Partial<Seen>, string]>([
  [{ lost: 1 }, 'acknowledged and not handled in time'],
  [{ twice: 1 }, 'a handler that was recorded as done ran again'],
  [{ journal: { ...inJournal, missing: 1 } }, 'answered 2xx and not in the journal'],
  [{ journal: { ...inJournal, damaged: 1 } }, 'in the journal, but changed or more than once'],
  [{ journal: { ...inJournal, withoutEnd: 1 } }, 'the journal does not know how it ended'],
  [{ outcomes: { processed: 99, FAILED: 1 } }, 'answered otherwise than 2xx or 503'],
  [{ givenUp: 1 }, 'never acknowledged'],
  [{ fallen: ['1, by itself'] }, 'a process ended by itself, or not with 0'],
  [{ answersS: 10.1 }, '2xx later'],
  [{ answersS: Number.POSITIVE_INFINITY }, '2xx later'],
  [{ handlesS: 10.1 }, 'handled later'],
  [{ allS: 30.1 }, 'all handled later'],
  [{ servedDuring: 0.89 }, 'answered fewer during the fault'],
  [{ duringMb: 60.1 }, 'more memory'],
  [{ said: undefined }, 'no line of the log says it'],
])('%o is a difference', (seen, words) => {
  expect(differences(strict, { ...kept, ...seen })).toStrictEqual([words]);
});

test('a whole run that left something out ends with 1 and says what is missing; a chosen part does not', () => {
  const fault = { ...networkFaults[0], name: 'behind pgbouncer' } as Fault;
  const scenario: Scenario = { fault, setup: 'postgresJournal' };
  const leftOut: Result = { scenario, unseen: 'not run: needs pgbouncer', differences: [] };
  const ran: Result = { scenario, seen: kept, differences: [] };
  const words = '0 differences, 1 not run\n  behind pgbouncer (postgresJournal): not run: needs pgbouncer';
  expect(endOf([ran, leftOut], true)).toEqual({
    words: expect.stringContaining(`${words}\nA whole run`) as unknown,
    code: 1,
  });
  expect(endOf([ran, leftOut], false)).toEqual({ words, code: 0 });
  expect(endOf([ran], true)).toEqual({ words: '0 differences, 0 not run', code: 0 });
  expect(endOf([{ ...ran, differences: ['2xx later'] }], false)).toMatchObject({ code: 1 });
});

test('what is not promised is no difference, and the page says so', () => {
  const forgetful = { ...promised, lost: 'not promised', twice: 'not promised', ends: 'not promised' } as const;
  const seen = { ...kept, lost: 9, twice: 9, journal: { ...inJournal, withoutEnd: 9 } };
  expect(differences(forgetful, seen)).toStrictEqual([]);
  expect(wordsOfExpected(forgetful)).toContain('loss not excluded, twice not excluded');
});
