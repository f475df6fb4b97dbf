import type { Refused } from './apps/faulty-disk';
import { cleanUp } from './kit';
import { idOf, makeDisk } from './power-kit';
import { type Program, program } from './program';

let receive: Program;

beforeAll(async () => {
  receive = await program('receive');
});
afterAll(() => receive.remove());
afterEach(cleanUp);

test.each<Refused>(['writes', 'syncs', 'syncs of folders'])(
  'while the disk refuses %s, deliveries are 503; they are taken again without a restart, and outlive a loss of power',
  async (refused) => {
    const disk = makeDisk(receive);
    const receiver = await disk.start();
    // The name of a file is synced when it is made.
    const isOfNames = refused === 'syncs of folders';
    const some = () => Array.from({ length: 5 }, disk.newDelivery);
    const before = isOfNames ? [] : some();
    for (const delivery of before) expect(await receiver.send(delivery)).toBe(200);

    await receiver.tell({ refuse: refused });
    const meanwhile = some();
    for (const delivery of meanwhile.slice(0, 2)) expect(await receiver.send(delivery)).toBe(503);
    expect(await Promise.all(meanwhile.map(receiver.send))).toEqual(meanwhile.map(() => 503));
    expect(receiver.lines.some((line) => line.startsWith('error') && line.includes('EIO'))).toBe(true);

    await receiver.tell({ refuse: 'nothing' });
    const after = [...meanwhile, ...some()];
    for (const delivery of after) expect(await receiver.send(delivery)).toBe(200);
    await receiver.losePower();
    const found = await disk.found();
    expect(found.map(idOf).toSorted()).toEqual([...before, ...after].map(({ body }) => idOf(body)).toSorted());
    expect(new Set(found)).toEqual(disk.acknowledged);
  },
);
