import { WebhookError } from '../foundations/errors';

/** A handler under the name that its progress is remembered by. */
export interface NamedHandler {
  readonly name: string;
  readonly run: (event: unknown, context: unknown) => unknown;
}

interface Registration extends NamedHandler {
  /** The events it is for; every event when `undefined`. */
  readonly events: ReadonlySet<string> | undefined;
}

const none: readonly NamedHandler[] = [];

/** Which handlers an event has, in order of registration. Looked up by event, so others' handlers cost nothing. */
export class Registry {
  readonly #registrations: Registration[] = [];
  readonly #names = new Set<string>();
  readonly #byEvent = new Map<string, readonly NamedHandler[]>();
  /** For verified deliveries that are unusable. */
  onInvalid: NamedHandler | undefined;
  /** For verified deliveries of events without a schema. */
  onUnknown: NamedHandler | undefined;

  /** @throws WebhookError `HANDLER_NAME_TAKEN` */
  add(events: ReadonlySet<string> | undefined, handler: NamedHandler): void {
    this.claimName(handler.name);
    this.#registrations.push({ ...handler, events });
    this.#byEvent.clear();
  }

  /** @throws WebhookError `HANDLER_NAME_TAKEN` */
  claimName(name: string): void {
    if (this.#names.has(name)) {
      throw new WebhookError(
        'HANDLER_NAME_TAKEN',
        `A handler named "${name}" is registered already. Progress is remembered by name, so each needs its own: ` +
          "pass { name: '…' } as the third argument of on().",
      );
    }
    this.#names.add(name);
  }

  /** Whether there is nothing to hand a delivery to: no handler, and no callback. */
  get isEmpty(): boolean {
    return this.#registrations.length === 0 && this.onInvalid === undefined && this.onUnknown === undefined;
  }

  handlersOf(event: string): readonly NamedHandler[] {
    const cached = this.#byEvent.get(event);
    if (cached !== undefined) return cached;
    const found = this.#registrations.filter(({ events }) => events?.has(event) ?? true);
    if (found.length === 0) return none;
    this.#byEvent.set(event, found);
    return found;
  }
}
