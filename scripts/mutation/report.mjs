import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMutant, keyOf } from './mutant-name.mjs';
import { roomOf } from './rooms.mjs';

const goal = 95;
const noticedBy = { Killed: 'killed', Timeout: 'timed out' };
/** Jest's words for a test that took too long: on a busy machine that may be no fault. */
const overtime = /Exceeded timeout of \d+ ms/;
const equivalent = JSON.parse(readFileSync(new URL('equivalent.json', import.meta.url), 'utf8'));
const reasons = new Map(equivalent.map((mutant) => [keyOf(mutant), mutant.reason]));

export function survivorsFile(folder, rooms) {
  return join(folder, `${rooms.join('-')}.survivors.json`);
}

/** The names of the mutants that the last run of these rooms left; none where there was no such run. */
export function survivorsOf(folder, rooms) {
  const file = survivorsFile(folder, rooms);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).map(keyOf) : [];
}

const percent = (share, whole) => (whole === 0 ? 100 : (100 * share) / whole);

function score(mutants) {
  const isNoticed = ({ status }) => status in noticedBy;
  const survived = mutants.filter(isUnnoticed);
  const unexplained = survived.filter((mutant) => !reasons.has(keyOf(mutant)));
  const noticed = mutants.filter(isNoticed);
  const points = percent(noticed.length, noticed.length + unexplained.length);
  return { noticed, survived, unexplained, points };
}

function row(name, mutants) {
  const { noticed, survived, unexplained, points } = score(mutants);
  const numbers = [
    noticed.length + survived.length,
    noticed.length,
    noticed.filter(({ isByTime }) => isByTime).length,
    survived.length - unexplained.length,
    unexplained.length,
    mutants.filter(({ status }) => status === 'RuntimeError').length,
  ];
  return `| ${[name, ...numbers, `${points.toFixed(1)}%`].join(' | ')} |`;
}

/** A result of Stryker, with the words that it is known by. Results count lines and columns from 1, mutants from 0. */
export function named({ location: { start, end }, status, statusReason, ...mutant }) {
  const fromZero = ({ line, column }) => ({ line: line - 1, column: column - 1 });
  const location = { start: fromZero(start), end: fromZero(end) };
  const isByTime = status === 'Timeout' || (status === 'Killed' && overtime.test(statusReason));
  return { ...describeMutant({ ...mutant, location }), status, isByTime, place: start };
}

export function isUnnoticed({ status }) {
  return status === 'Survived' || status === 'NoCoverage';
}

export function lineOf({ file, place, mutator, original, replacement, status }, reason) {
  const reached = status === 'NoCoverage' ? ' (no test reaches it)' : '';
  const why = reason === undefined ? '' : `\n  ${reason}`;
  return `- ${file}:${place.line}:${place.column} ${mutator}${reached}: \`${original}\` → \`${replacement}\`${why}`;
}

/** What a run has shown: a table of the rooms, what no test noticed, and what nobody could. */
export function reportOf(mutants, rooms) {
  const ran = mutants.filter(({ status }) => status !== 'Ignored');
  const { unexplained, survived, points } = score(ran);
  const explained = survived.filter((mutant) => reasons.has(keyOf(mutant)));
  const stale = ran.filter((mutant) => mutant.status in noticedBy && reasons.has(keyOf(mutant)));
  const sections = [
    ['No test notices', unexplained.map((mutant) => lineOf(mutant))],
    ['Nobody could notice (equivalent.json)', explained.map((mutant) => lineOf(mutant, reasons.get(keyOf(mutant))))],
    ['Noticed by time alone', ran.filter(({ isByTime }) => isByTime).map((mutant) => lineOf(mutant))],
    ['In equivalent.json, and yet noticed', stale.map((mutant) => lineOf(mutant))],
  ];
  const text = [
    '| room | changes | noticed | by time | equivalent | not noticed | errors | score |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rooms.map((room) =>
      row(
        room,
        ran.filter(({ file }) => roomOf(file) === room),
      ),
    ),
    row('all', ran),
    ...sections.filter(([, lines]) => lines.length > 0).flatMap(([title, lines]) => ['', `## ${title}`, '', ...lines]),
    '',
    `${points.toFixed(1)}% of the changes that anybody could notice are noticed; the goal is ${goal}%.`,
  ].join('\n');
  const unnoticed = unexplained.map(({ status: _, place: __, isByTime: ___, ...mutant }) => ({
    ...mutant,
    reason: '',
  }));
  return { text, isEnough: points >= goal, unnoticed };
}
