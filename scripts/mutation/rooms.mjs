/** Where the rooms of src/ are whose mutants the tests have to notice. `journals` is all that knows of them. */
const folders = {
  deduplication: ['deduplication'],
  queueing: ['queueing'],
  signatures: ['signatures'],
  express: ['express'],
  journals: ['journals', 'pipeline/journal'],
  pipeline: ['pipeline'],
  handlers: ['handlers'],
  events: ['events'],
};

export const rooms = Object.keys(folders);

/** The folders of a room, below src/ and test/. */
export const foldersOf = (room) => folders[room] ?? [];

/** The room of a file, as a path below the root: the innermost one. */
export function roomOf(file) {
  const holds = (folder) => file.startsWith(`src/${folder}/`);
  const isIn = (room) => folders[room].some(holds);
  return rooms.find(isIn) ?? file.split('/')[1];
}

export const mutated = [
  ...Object.values(folders)
    .flat()
    .map((folder) => `src/${folder}/**/*.ts`),
  '!src/events/generated/**',
  // Held by test/integration, as the stores and queues are: those tests need a server.
  '!src/journals/postgres/**',
];
