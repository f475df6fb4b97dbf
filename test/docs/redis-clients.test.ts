import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { documents, readDocument } from './markdown';
import { root } from './workspace';

const programs = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.js') && !name.includes('node_modules'))
  .map((name) => join('examples', name));

/** Each client of ioredis that is shown, with what it is made from. */
const clients = [...documents(), ...programs].flatMap((file) =>
  [...readDocument(file).matchAll(/new Redis\((.*?)\);/gs)].map(([, given = '']) => ({ file, given })),
);

test('every client of ioredis in documents and examples gives up a dead connection and is soon back', () => {
  expect(clients.length).toBeGreaterThan(5);
  for (const { file, given } of clients) {
    expect({ file, given }).toEqual({ file, given: expect.stringContaining('socketTimeout: 5000') });
    expect({ file, given }).toEqual({ file, given: expect.stringContaining('retryStrategy: () => 500') });
  }
});
