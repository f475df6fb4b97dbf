import type { Expected, JournalSeen, Seen } from './scenario';

/** Outcomes and codes of a 2xx or 503, and `no answer` of a connection that broke. */
const answers = new Set(['processed', 'duplicate', 'queued', 'IN_PROGRESS', 'TIMEOUT', 'UNAVAILABLE', 'no answer']);

/** What was seen that was not promised, in words. None if all was kept. */
export function differences(expected: Expected, seen: Seen): readonly string[] {
  const { answersS, handlesS, allS, servesDuring = 0, duringMb = Number.POSITIVE_INFINITY, says } = expected;
  const { missing = 0, damaged = 0, withoutEnd = 0 } = seen.journal ?? {};
  const found = {
    'acknowledged and not handled in time': expected.lost === 0 && seen.lost > 0,
    'a handler that was recorded as done ran again': expected.twice === 0 && seen.twice > 0,
    'answered 2xx and not in the journal': missing > 0,
    'in the journal, but changed or more than once': damaged > 0,
    'the journal does not know how it ended': expected.ends === 'all' && withoutEnd > 0,
    'answered otherwise than 2xx or 503': Object.keys(seen.outcomes).some((outcome) => !answers.has(outcome)),
    'never acknowledged': seen.givenUp > 0,
    'a process ended by itself, or not with 0': seen.fallen.length > 0,
    '2xx later': seen.answersS > answersS,
    'handled later': seen.handlesS > handlesS,
    'all handled later': seen.allS > allS,
    'answered fewer during the fault': seen.servedDuring < servesDuring,
    'more memory': seen.duringMb > duringMb,
    'no line of the log says it': says !== undefined && seen.said === undefined,
  };
  return Object.entries(found).flatMap(([words, isSo]) => (isSo ? [words] : []));
}

export function wordsOfExpected(expected: Expected): string {
  const { lost, twice, ends, answersS, handlesS, allS, servesDuring, duringMb, says } = expected;
  return [
    lost === 0 ? 'none lost' : 'loss not excluded',
    twice === 0 ? 'none twice' : 'twice not excluded',
    ...(ends === undefined ? [] : [`all in the journal${ends === 'all' ? ', with their ends' : ''}`]),
    `2xx ≤ ${answersS} s`,
    `handled ≤ ${handlesS} s`,
    `all ≤ ${allS} s`,
    ...(servesDuring === undefined ? [] : [`≥ ${percent(servesDuring)} served during it`]),
    ...(duringMb === undefined ? [] : [`< ${duringMb} MB over idle during it`]),
    ...(says === undefined ? [] : [`log: \`${says.source.replaceAll('|', ' or ')}\``]),
  ].join(', ');
}

export function wordsOfSeen(seen: Seen): string {
  const { sent, lost, twice, givenUp, fallen, outcomes, journal } = seen;
  return [
    `${sent} sent`,
    `${lost} lost`,
    `${twice} twice`,
    ...(journal === undefined ? [] : [wordsOfJournal(journal)]),
    ...(givenUp > 0 ? [`${givenUp} never acknowledged`] : []),
    ...(fallen.length > 0 ? [`${fallen.length} processes fell`] : []),
    `2xx ${seconds(seen.answersS)}`,
    `handled ${seconds(seen.handlesS)}`,
    `all ${seconds(seen.allS)}`,
    `${percent(seen.servedDuring)} served during it`,
    `+${seen.duringMb.toFixed(0)} MB during it, +${seen.overIdleMb.toFixed(0)} MB in all`,
    ...Object.entries(outcomes).map(([outcome, count]) => `${outcome} ×${count}`),
  ].join(', ');
}

function wordsOfJournal({ kept, missing, damaged, withoutEnd }: JournalSeen): string {
  return `${kept} in the journal, ${missing} missing, ${damaged} damaged, ${withoutEnd} without an end`;
}

const percent = (share: number): string => `${Math.round(share * 100)}%`;
const seconds = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(1)} s` : 'never');
