import type { Refused } from './apps/faulty-disk';
import { cleanUp } from './kit';
import { idOf, makeDisk } from './power-kit';
import { type Program, program } from './program';

type Disk = ReturnType<typeof makeDisk>;
type Receiver = Awaited<ReturnType<Disk['start']>>;

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

test.each([
  ['a delivery is kept', (receiver: Receiver, disk: Disk) => receiver.send(disk.newDelivery())],
  ['it is repeated', (receiver: Receiver) => receiver.tell('forget')],
])(
  'a forget that the disk did not make last is made to last when %s, with all that is acknowledged',
  async (_, next) => {
    const disk = makeDisk(receive);
    const receiver = await disk.start();
    const gone = disk.newDelivery();
    expect(await receiver.send(gone)).toBe(200);
    await receiver.tell({ aheadMs: 7_200_000 });
    expect(await receiver.send(disk.newDelivery())).toBe(200);
    await receiver.tell({ refuse: 'syncs after a rename' });
    await receiver.tell('forget');
    expect(receiver.lines.filter((line) => line.startsWith('error'))).toEqual(['error Error: EIO: i/o error']);

    await receiver.tell({ refuse: 'nothing' });
    await next(receiver, disk);
    await receiver.losePower();
    const stays = [...disk.acknowledged].filter((body) => body !== gone.body);
    expect(await disk.found()).toEqual(stays);
    expect(disk.text()).not.toContain(Buffer.from(gone.body).toString('base64'));
  },
);
