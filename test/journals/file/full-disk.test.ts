import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { cleanUp, newFolder } from './kit';
import { type Program, program } from './program';

let fill: Program;

beforeAll(async () => {
  fill = await program('fill');
});
afterAll(() => fill.remove());
afterEach(cleanUp);

const mounting = 'mount -t tmpfs -o size=1m tmpfs';

/**
 * A test that needs a disk of 1 MB. Where none can be mounted without rights, it is skipped, and its title says why. In CI it
 * fails there: nothing is skipped unseen.
 */
function testOnDisk(title: string, body: () => Promise<void>): void {
  const isMounted = spawnSync('unshare', ['-rm', 'sh', '-c', `${mounting} /mnt`]).status === 0;
  if (isMounted || process.env['CI'] !== undefined) test(title, body);
  else test.skip(`${title} (skipped: no tmpfs can be mounted here)`, body);
}

async function filled(limits: string, disk: string): Promise<unknown> {
  const running = fill.start([disk], limits);
  const told = JSON.parse(await running.said('{')) as unknown;
  await running.kill();
  return told;
}

const exact = { exactWhileFull: true, exactAfterForget: true, exactWithRoom: true, exactAgain: true, unreadable: 0 };

test('refuses entries beyond the length that files may have, loses none, and goes on when there is room', async () => {
  // In blocks of 512 bytes.
  const told = await filled('ulimit -S -f 900', newFolder());
  expect(told).toMatchObject({ ...exact, full: 'EFBIG', refusedAtOnce: 20, withRoom: ['kept', 'kept'] });
  expect((told as { forgot: number }).forgot).toBeGreaterThan(10);
});

testOnDisk('refuses entries on a full disk, fails its ping, loses none, and goes on when there is room', async () => {
  const directory = newFolder();
  const mounted = `exec unshare -rm sh -c '${mounting} ${dirname(directory)} && exec "$0" "$@"' "$0" "$@"`;
  const told = await filled(mounted, directory);
  const isFull = { full: 'ENOSPC', ping: 'ENOSPC', forgot: 'ENOSPC' };
  expect(told).toMatchObject({ ...exact, ...isFull, refusedAtOnce: 20, withRoom: ['kept', 'kept'] });
});
