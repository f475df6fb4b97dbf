import { WebhookError } from '../foundations/errors';

/** A handler and its name, by which its progress is remembered. */
export interface NamedHandler {
  readonly name: string;
  readonly run: (event: unknown, context: unknown) => unknown;
}

/** A handler, and what it is for. */
export interface Registration extends NamedHandler {
  /** Its events; `undefined` means every event. */
  readonly events: ReadonlySet<string> | undefined;
}

/** The ones of `handlers` that are not among `done`; with `force` all of them. */
export function notDone(
  handlers: readonly NamedHandler[],
  done: readonly string[],
  { force }: { readonly force: boolean },
): readonly NamedHandler[] {
  return force || done.length === 0 ? handlers : handlers.filter(({ name }) => !done.includes(name));
}

const none: readonly NamedHandler[] = [];

/** The handlers of each event, in order of registration. An event's handlers are looked up once. */
export class Registry {
  readonly #registrations: Registration[] = [];
  readonly #names = new Set<string>();
  readonly #byEvent = new Map<string, readonly NamedHandler[]>();
  /** For verified deliveries that are not valid events. */
  onInvalid: NamedHandler | undefined;
  /** For verified deliveries of events without a schema. */
  onUnknown: NamedHandler | undefined;

  /** @throws WebhookError `HANDLER_NAME_TAKEN` */
  add(registration: Registration): void {
    this.#claimName(registration.name);
    this.#registrations.push(registration);
    this.#byEvent.clear();
  }

  /** Whether there is neither a handler nor a callback. */
  get isEmpty(): boolean {
    return this.#registrations.length === 0 && this.onInvalid === undefined && this.onUnknown === undefined;
  }

  /** Names of all handlers and callbacks. */
  get names(): readonly string[] {
    const callbacks = [this.onInvalid, this.onUnknown].flatMap((callback) => callback?.name ?? []);
    return [...this.#names, ...callbacks];
  }

  handlersOf(event: string): readonly NamedHandler[] {
    const cached = this.#byEvent.get(event);
    if (cached !== undefined) return cached;
    const found = this.#registrations.filter(({ events }) => events?.has(event) ?? true);
    if (found.length === 0) return none;
    this.#byEvent.set(event, found);
    return found;
  }

  /** @throws WebhookError `HANDLER_NAME_TAKEN` */
  #claimName(name: string): void {
    if (this.#names.has(name)) {
      throw new WebhookError(
        'HANDLER_NAME_TAKEN',
        `A handler named "${name}" is registered already. Progress is remembered by name, so each needs its own: ` +
          "pass { name: '…' } as the third argument of on().",
      );
    }
    this.#names.add(name);
  }
}
