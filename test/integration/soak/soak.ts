import { bundle } from '../kit/bundle';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { closeConnections, pause, secret } from '../kit/sender';
import { connectRedis, forgetNamespaces, freshNamespace, redisUrl } from '../services';
import { type Account, account } from './account';
import { type Fleet, startFleet } from './fleet';
import { type Sent, Vendor } from './vendor';

export interface SoakReport extends Sent, Account {
  readonly seconds: number;
  readonly crashes: number;
  readonly deploys: number;
  readonly storeRestarts: number;
  readonly storeStalls: number;
}

const perSecond = 40;
const processes = 2;
/** Beyond it, new deliveries wait for old ones: a machine that is slow is to be busy, not to fall behind. */
const mostPending = 300;

/** Everything at once for a while, then peace, until every delivery was acknowledged or given up. */
export async function soak(seconds: number): Promise<SoakReport> {
  const namespace = freshNamespace();
  const app = await bundle({ entry: 'test/integration/apps/soaked.ts', leaseMs: 1500 });
  const log = await connectRedis();
  const store = await startRedis();
  let fleet: Fleet | undefined;
  try {
    fleet = await startFleet(app.file, processes, {
      secret,
      storeUrl: store.url,
      logUrl: redisUrl,
      namespace,
      timeoutMs: 600,
    });
    const vendor = new Vendor(fleet.ports);
    const end = performance.now() + seconds * 1000;
    const troubling = makeTrouble(fleet, store, seconds, end);
    const [trouble] = await Promise.all([troubling, sendUntil(troubling, vendor)]);
    const sent = await vendor.finish();
    return { seconds, ...trouble, ...sent, ...(await account(log, namespace, sent.acknowledged)) };
  } finally {
    await fleet?.stop();
    await store.remove();
    closeConnections();
    app.remove();
    await log.quit();
    await forgetNamespaces();
  }
}

async function sendUntil(peace: Promise<unknown>, vendor: Vendor): Promise<void> {
  let isOver = false;
  const over = (): boolean => (isOver = true);
  peace.then(over, over);
  while (!isOver) {
    if (vendor.pending < mostPending) vendor.send();
    await pause((2 * Math.random() * 1000) / perSecond);
  }
}

type Trouble = Pick<SoakReport, 'crashes' | 'deploys' | 'storeRestarts' | 'storeStalls'>;

/** Kills and replaces processes, stops and stalls the store, and deploys another release in the middle: each once at least. */
async function makeTrouble(fleet: Fleet, store: OwnRedis, seconds: number, end: number): Promise<Trouble> {
  const trouble = { crashes: 0, deploys: 0, storeRestarts: 0, storeStalls: 0 };
  const middle = end - seconds * 500;
  for (let turn = 0; performance.now() < end || Object.values(trouble).includes(0); turn += 1) {
    await pause(500 + Math.random() * 500);
    if (trouble.deploys === 0 && performance.now() > middle) {
      await fleet.deploy();
      trouble.deploys += 1;
    } else if (turn % 3 === 0) {
      await fleet.crash(trouble.crashes % fleet.ports.length);
      trouble.crashes += 1;
    } else if (turn % 3 === 1) {
      await store.kill();
      await pause(Math.random() * 500);
      await store.start();
      trouble.storeRestarts += 1;
    } else {
      store.stall();
      await pause(200 + Math.random() * 600);
      store.resume();
      trouble.storeStalls += 1;
    }
  }
  return trouble;
}
