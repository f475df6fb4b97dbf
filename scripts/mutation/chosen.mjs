import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { nameOf } from './mutant-name.mjs';
import { roomOf } from './rooms.mjs';

/** The ids of the mutants to run: of some rooms, of a list of names, or a random sample of them. */
export function chosenOf(mutants, { rooms, names, sample, seed }) {
  const wanted = names && new Set(names);
  const inRooms = mutants.filter(({ fileName }) => rooms.includes(roomOf(relative(process.cwd(), fileName))));
  const named = wanted ? inRooms.filter((mutant) => wanted.has(nameOf(mutant))) : inRooms;
  const ids = named.map(({ id }) => id);
  if (sample === undefined) return ids;
  const rank = new Map(ids.map((id) => [id, createHash('sha256').update(`${seed} ${id}`).digest('hex')]));
  return ids.toSorted((a, b) => (rank.get(a) < rank.get(b) ? -1 : 1)).slice(0, sample);
}
