import { setImmediate } from 'node:timers/promises';
import {
  type BigmindWebhooks,
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  type DeliveryStore,
  memoryStore,
  type NoSchemas,
  type WebhookRequest,
  type WebhookResponse,
} from '../../src/index';
import { secret } from '../pipeline/receiver';

export { type Gate, gate } from '../kit/gate';
export { until } from '../kit/until';
export { genuine, notedLog, secret } from '../pipeline/receiver';

export type Webhooks = BigmindWebhooks;

export function receiverWith(options: BigmindWebhooksOptions<NoSchemas, undefined> = {}): Webhooks {
  return bigmindWebhooks({ secret, logger: false, ...options });
}

/** What an answer says: its status, and its outcome or code. */
export function said({ status, body }: Pick<WebhookResponse, 'status' | 'body'>): string {
  const { status: outcome, code } = JSON.parse(body) as { status: unknown; code?: string };
  return `${status} ${code ?? String(outcome)}`;
}

/** What `receive` says to a delivery. */
export async function send(webhooks: Webhooks, delivery: WebhookRequest): Promise<string> {
  return said(await webhooks.receive(delivery));
}

/** Lets everything run that is ready to; Jest fails a test whose rejections nobody has handled by then. */
export async function calm(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await setImmediate();
}

type Method = keyof DeliveryStore;
/** What happens in place of a call, which `go` makes. */
export type Fault = (go: () => unknown) => unknown;

export const throws: Fault = () => {
  throw new Error('the store is gone');
};
export const rejects: Fault = () => Promise.reject(new Error('the store is gone'));
export const isSilent: Fault = () => new Promise(() => undefined);
/** What was asked for is done, and the connection breaks before the answer. */
export const losesTheAnswer: Fault = async (go) => {
  await go();
  throw new Error('connection reset');
};
export const answers =
  (value: unknown): Fault =>
  () =>
    value;
export const waitsFor =
  (time: Promise<void>): Fault =>
  (go) =>
    time.then(go);

const methods: readonly Method[] = ['claim', 'extend', 'succeeded', 'complete', 'release'];

/** A real store, with faults on command. */
export class FaultyStore implements DeliveryStore {
  readonly calls: Method[] = [];
  readonly #faults = new Map<Method, Fault>();
  #store: DeliveryStore;
  readonly #claims: (readonly [key: string, token: string])[] = [];

  constructor(store: DeliveryStore = memoryStore()) {
    this.#store = store;
  }

  /** Gives every claim back, as the end of its lease does. */
  async forgetClaims(): Promise<void> {
    for (const [key, token] of this.#claims.splice(0)) await this.#store.release(key, token);
  }
  /** As after a restart of a server that keeps nothing. */
  forgetAll(): void {
    this.#store = memoryStore();
  }

  /** From now on `fault` happens in these methods, or in all. */
  break(fault: Fault, ...broken: readonly Method[]): this {
    for (const method of broken.length > 0 ? broken : methods) this.#faults.set(method, fault);
    return this;
  }
  mend(): void {
    this.#faults.clear();
  }

  claim(...given: Parameters<DeliveryStore['claim']>) {
    return this.#call('claim', () => {
      const answer = this.#store.claim(...given);
      if (typeof answer === 'object' && 'token' in answer) this.#claims.push([given[0], answer.token]);
      return answer;
    });
  }
  extend(...given: Parameters<DeliveryStore['extend']>) {
    return this.#call('extend', () => this.#store.extend(...given));
  }
  succeeded(...given: Parameters<DeliveryStore['succeeded']>) {
    return this.#call('succeeded', () => this.#store.succeeded(...given));
  }
  complete(...given: Parameters<DeliveryStore['complete']>) {
    return this.#call('complete', () => this.#store.complete(...given));
  }
  release(...given: Parameters<DeliveryStore['release']>) {
    return this.#call('release', () => this.#store.release(...given));
  }

  #call<T>(method: Method, go: () => T): T {
    this.calls.push(method);
    const fault = this.#faults.get(method);
    return fault === undefined ? go() : (fault(go) as T);
  }
}

/** Every answer in a later turn, as from a server. */
export function remote(store: DeliveryStore = memoryStore()): FaultyStore {
  return new FaultyStore(store).break(async (go) => {
    await setImmediate();
    return go();
  });
}

/** A store of memory as an object whose methods may be replaced. */
export function wrapped(store: DeliveryStore): DeliveryStore {
  return {
    claim: (...given) => store.claim(...given),
    extend: (...given) => store.extend(...given),
    succeeded: (...given) => store.succeeded(...given),
    complete: (...given) => store.complete(...given),
    release: (...given) => store.release(...given),
  };
}
