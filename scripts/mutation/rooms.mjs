/** The rooms of src/ whose mutants the tests have to notice. */
export const rooms = ['deduplication', 'queueing', 'signatures', 'express', 'pipeline', 'handlers', 'events'];

/** The room of a file, as a path below the root. */
export function roomOf(file) {
  return file.split('/')[1];
}

export const mutated = [...rooms.map((room) => `src/${room}/**/*.ts`), '!src/events/generated/**'];
