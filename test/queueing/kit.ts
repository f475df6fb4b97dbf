import {
  type BigmindWebhooks,
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  memoryStore,
  type NoSchemas,
} from '../../src';
import { secret } from '../deduplication/kit';
import { ArrayQueue } from './array-queue';

export { calm, type Gate, gate, genuine, notedLog, said, secret, send, until } from '../deduplication/kit';
export { ArrayQueue } from './array-queue';

export type Options = BigmindWebhooksOptions<NoSchemas, undefined>;

/** Receivers of one service: one that answers, and workers, which share its queue and a store. */
export interface Service {
  readonly queue: ArrayQueue;
  readonly web: BigmindWebhooks;
  /** Another process of the service. */
  worker(options?: Options): BigmindWebhooks;
}

const open: BigmindWebhooks[] = [];

export function service(options: Options = {}, queue = new ArrayQueue()): Service {
  const store = memoryStore();
  function receiver(own: Options = {}): BigmindWebhooks {
    const made = bigmindWebhooks({ secret, logger: false, queue, deduplicate: { store }, ...options, ...own });
    open.push(made);
    return made;
  }
  return { queue, web: receiver(), worker: receiver };
}

/** For `afterEach`: no worker of a test goes on into the next. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((made) => made.close({ timeoutMs: 0 })));
}
