import type { Expected, Seen } from './scenario';

/** What was seen that was not promised, in words. None if all was kept. */
export function differences(expected: Expected, seen: Seen): readonly string[] {
  const { answersS, handlesS, allS, servesDuring = 0, duringMb = Number.POSITIVE_INFINITY, says } = expected;
  const found = {
    'acknowledged and not handled in time': expected.lost === 0 && seen.lost > 0,
    'a handler that was recorded as done ran again': expected.twice === 0 && seen.twice > 0,
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
  const { lost, twice, answersS, handlesS, allS, servesDuring, duringMb, says } = expected;
  return [
    lost === 0 ? 'none lost' : 'loss not excluded',
    twice === 0 ? 'none twice' : 'twice not excluded',
    `2xx ≤ ${answersS} s`,
    `handled ≤ ${handlesS} s`,
    `all ≤ ${allS} s`,
    ...(servesDuring === undefined ? [] : [`≥ ${percent(servesDuring)} served during it`]),
    ...(duringMb === undefined ? [] : [`< ${duringMb} MB over idle during it`]),
    ...(says === undefined ? [] : [`log: \`${says.source.replaceAll('|', ' or ')}\``]),
  ].join(', ');
}

export function wordsOfSeen(seen: Seen): string {
  const { sent, lost, twice, givenUp, fallen, outcomes } = seen;
  return [
    `${sent} sent`,
    `${lost} lost`,
    `${twice} twice`,
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

const percent = (share: number): string => `${Math.round(share * 100)}%`;
const seconds = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(1)} s` : 'never');
