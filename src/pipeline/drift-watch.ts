import { driftOf, findDrift } from '../events/find-drift';
import type { Shape } from '../events/shape';
import type { Drift, DriftListener } from '../foundations/contracts/drift';
import type { Logger } from '../foundations/contracts/logger';
import type { EventPayload } from '../foundations/delivery';
import { isLogged, logSafely, tellListener } from '../foundations/tell';

/** How many places are told. After that, nothing is looked for. */
const mostPlaces = 1000;

/**
 * The first payloads of an event are all looked at, and then every 17th: a prime, so that no rhythm of the sender hides a
 * finding.
 */
const first = 100;
const every = 17;

const told = {
  'unknown-property':
    'drift: the payload has a property that the schema of its event does not list. Handlers get it; nothing is refused.',
  'unlisted-value':
    'drift: the payload has a value that is valid, but not among the known ones. Handlers get it; nothing is refused.',
};

/** Tells once of each place where valid payloads have more than their schemas know: to the log and to listeners. */
export class DriftWatch {
  readonly listeners: DriftListener[] = [];
  readonly #logger: Logger;
  readonly #events: ReadonlyMap<string, { readonly shape: Shape; came: number }>;
  readonly #told = new Set<string>();

  constructor(shapes: ReadonlyMap<string, Shape>, logger: Logger) {
    this.#logger = logger;
    this.#events = new Map([...shapes].map(([name, shape]) => [name, { shape, came: 0 }]));
  }

  look(payload: EventPayload): void {
    const event = this.#events.get(payload.event);
    if (event === undefined) return;
    event.came += 1;
    if (event.came > first && event.came % every !== 0) return;
    if (this.#told.size >= mostPlaces || !this.#isHeard()) return;
    findDrift(payload, event.shape, (path, kind, example) => this.#note(payload.event, path, kind, example));
  }

  #isHeard(): boolean {
    return this.listeners.length > 0 || isLogged(this.#logger, 'info');
  }

  #note(event: string, path: string, kind: Drift['kind'], example?: string): void {
    const place = `${event}${path}`;
    if (this.#told.has(place) || this.#told.size >= mostPlaces) return;
    this.#told.add(place);
    const drift = driftOf(event, path, kind, example);
    logSafely(this.#logger, 'info', { code: 'DRIFT', ...drift }, told[kind]);
    for (const listener of this.listeners) tellListener('onDrift', () => listener(drift), this.#logger);
  }
}
