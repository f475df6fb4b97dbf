import { randomUUID } from 'node:crypto';
import { examplePayload, signDelivery } from '../../../../src/testing/index';
import { type Bundle, bundle } from '../../kit/bundle';
import { type Fleet, startFleet } from '../../kit/fleet';
import { closeConnections, pause, secret } from '../../kit/sender';
import { connectRedis, forgetNamespaces, freshNamespace, redisUrl } from '../../services';
import { type Account, account } from '../../soak/account';
import { Vendor } from '../../soak/vendor';
import type { AppConfig } from './app';
import type { EngineConfig } from './engine';

const handlers = ['quick', 'slow'] as const;
/** Beyond it, new deliveries wait for old ones: a machine that is slow is to be busy, not to fall behind. */
const mostPending = 300;

/**
 * So that nobody waits for long for the jobs of a worker that was killed. An outage that is longer than `maxRunMs` costs an
 * attempt, and on a busy machine a server takes seconds to start.
 */
const short = { maxRunMs: 30_000, lostAfterMs: 1500 } as const;

export interface ServiceOptions extends Pick<EngineConfig, 'engine' | 'engineUrl'> {
  readonly roles: readonly AppConfig['role'][];
  /** How often one of the two handlers fails at its first attempt, from 0 to 1. */
  readonly failing: number;
  /** @default 1500 */
  readonly lostAfterMs?: number;
}

/** A service in several processes, its vendor, and the account of what became of deliveries. */
export interface Service {
  readonly namespace: string;
  readonly fleet: Fleet;
  readonly vendor: Vendor;
  account(acknowledged: number): Promise<Account>;
  stop(): Promise<void>;
}

let made: Promise<Bundle> | undefined;

/** The program is made once for a test file. Claims last for a second and a half. */
function program(): Promise<Bundle> {
  made ??= bundle({ entry: 'test/integration/queues/kill/app.ts', leaseMs: 1500 });
  return made;
}

export async function startService({ roles, ...options }: ServiceOptions): Promise<Service> {
  const namespace = freshNamespace();
  const { file } = await program();
  const config = { ...short, ...options, namespace, secret, logUrl: redisUrl };
  const fleet = await startFleet(file, roles, config);
  const log = await connectRedis();
  return {
    namespace,
    fleet,
    vendor: new Vendor(fleet.ports, { copied: 0.04, brokenOff: 0.01, make: someNote }),
    account: (acknowledged) => account(log, namespace, acknowledged, handlers),
    async stop() {
      await fleet.stop();
      await log.quit();
    },
  };
}

/** For `afterAll`. */
export async function removeServices(): Promise<void> {
  closeConnections();
  (await made)?.remove();
  await forgetNamespaces();
}

/** From 700 bytes to some kilobytes. */
function someNote(): ReturnType<typeof signDelivery> {
  const content = 'Zürich, 14:30. '.repeat(16 + Math.random() * 200);
  const data = { note_id: randomUUID(), content };
  return signDelivery({ payload: examplePayload('notes_created', { data }), secret });
}

/** Sends so many deliveries, as evenly as the machine can. */
export async function sendAll(vendor: Vendor, count: number, perSecond: number): Promise<void> {
  const start = performance.now();
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, ((performance.now() - start) / 1000) * perSecond);
    for (; sent < due && vendor.pending < mostPending; sent += 1) vendor.send();
    await pause(10);
  }
}
