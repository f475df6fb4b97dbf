import type { Named, VerifiedDelivery } from '../delivery';
import { deliveryKey, type NameDelivery } from './delivery-key';

/** What a delivery is called: by its key everywhere, and in the store perhaps by something that costs less. */
export interface DeliveryName extends Named {
  readonly claimedAs: string;
  /** Works the key out now, because the bytes may be written to from now on. */
  readonly fix?: () => void;
}

/** The key of a large delivery costs as much as its signature: it is worked out when somebody reads it. */
class LazyName implements DeliveryName {
  readonly claimedAs: string;
  readonly #delivery: VerifiedDelivery;
  readonly #payload: unknown;
  readonly #tell: (key: string, claimedAs: string) => void;
  #key: string | undefined;

  /** `tell` is called whenever the key is read. */
  constructor(
    claimedAs: string,
    delivery: VerifiedDelivery,
    payload: unknown,
    tell: (key: string, claimedAs: string) => void,
  ) {
    this.claimedAs = claimedAs;
    this.#delivery = delivery;
    this.#payload = payload;
    this.#tell = tell;
  }

  get key(): string {
    const key = this.fix();
    this.#tell(key, this.claimedAs);
    return key;
  }

  fix(): string {
    this.#key ??= deliveryKey(this.#delivery, this.#payload);
    return this.#key;
  }
}

/** What names depend on. */
export interface NamingOptions {
  /** The user's own way to name deliveries. */
  readonly nameDelivery: NameDelivery | undefined;
  /** The store, where nobody but this receiver can see it. */
  readonly ownStore: { has(key: string): boolean } | undefined;
}

/**
 * Names deliveries. A store that nobody else sees may know a delivery by a local name, mostly the MAC of its body, which
 * verifying has worked out: that saves a second hash of the bytes, half of what 1 MB takes beside its signature and its
 * parsing. Once somebody has read a key, whoever it was, or one comes in, by `dispatch`, its holder and `receive` have to
 * mean the same delivery: from then on the store knows new ones by their key, and those that it knew before as it did.
 */
export class DeliveryNames {
  readonly #nameDelivery: NameDelivery | undefined;
  readonly #ownStore: { has(key: string): boolean } | undefined;
  #keysAreOut = false;
  /** By key, for deliveries that the store knew before any key was out: there are no more than it held then. */
  readonly #localNames = new Map<string, string>();

  constructor({ nameDelivery, ownStore }: NamingOptions) {
    this.#nameDelivery = nameDelivery;
    this.#ownStore = ownStore;
  }

  of(delivery: VerifiedDelivery, payload: unknown): DeliveryName {
    const { localName } = delivery;
    if (localName !== undefined && (!this.#keysAreOut || this.#isKnownAs(localName))) {
      return new LazyName(localName, delivery, payload, this.#keyWasRead);
    }
    const key = deliveryKey(delivery, payload, this.#nameDelivery);
    return { key, claimedAs: key };
  }

  /** The key of a delivery, for somebody who may come back with it. */
  handOut(delivery: VerifiedDelivery, payload: unknown): string {
    this.#keysAreOut = true;
    return this.of(delivery, payload).key;
  }

  /** For a key that came back. */
  ofKey(key: string): DeliveryName {
    this.#keysAreOut = true;
    const localName = this.#localNames.get(key);
    const isKnown = localName !== undefined && this.#isKnownAs(localName);
    if (!isKnown) this.#localNames.delete(key);
    return { key, claimedAs: isKnown ? localName : key };
  }

  readonly #keyWasRead = (key: string, claimedAs: string): void => {
    this.#keysAreOut = true;
    this.#localNames.set(key, claimedAs);
  };

  #isKnownAs(localName: string): boolean {
    return this.#ownStore?.has(localName) ?? false;
  }
}
