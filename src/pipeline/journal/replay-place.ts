import { hash } from 'node:crypto';
import { WebhookError } from '../../foundations/errors';
import { fieldsOf } from '../../foundations/fields-of';
import { isRecord } from '../../foundations/is-record';
import type { ReplaySettings } from '../../options/parse-replay';
import { requirePromise } from '../require-promise';
import type { Journaling } from './journaling';

/** The options that choose what a replay runs. A replay may go on at a place only with the same ones. */
type Chosen = Readonly<Record<'event' | 'tenant' | 'outcome' | 'key' | 'handlers' | 'force', string>>;

/** How far a replay is. */
export interface Reached {
  /** The position of the newest delivery before which nothing is left. */
  readonly after: string;
  /** How many failed until there, also in earlier runs of the same name. */
  readonly failed: number;
}

interface Mark extends Reached {
  /** In milliseconds since 1970; `null` for the beginning. */
  readonly from: number | null;
  readonly chosen: Chosen;
}

/** The place of a replay that has a name: the journal keeps it until the replay has come to its end. */
export class ReplayPlace {
  readonly #journaling: Journaling;
  /** `undefined` for a replay that keeps no place. */
  readonly #name: string | undefined;
  readonly #from: number | null;
  readonly #chosen: Chosen;
  readonly #isReadOnly: boolean;

  constructor({ name, dryRun, query, handlers, force }: ReplaySettings, journaling: Journaling) {
    this.#journaling = journaling;
    this.#name = name;
    this.#isReadOnly = dryRun;
    this.#from = query.from ?? null;
    this.#chosen = {
      event: printOf(query.events?.toSorted()),
      tenant: printOf(query.tenant),
      outcome: printOf(query.outcomes?.toSorted()),
      key: printOf(query.key),
      handlers: printOf(handlers && [...handlers].toSorted()),
      force: printOf(force),
    };
  }

  /**
   * Where to go on; `undefined` for the beginning.
   *
   * @throws WebhookError `BAD_OPTION` if this replay chooses other deliveries or handlers than the one of the same
   * name, or begins earlier: those before the place would be passed over
   */
  async find(): Promise<Reached | undefined> {
    if (this.#name === undefined) return undefined;
    const text = await requirePromise(this.#journaling.journal.marked(this.#name), 'journal.marked');
    if (text === undefined) return undefined;
    const mark = readMark(text);
    if (mark === undefined) return { after: text, failed: 0 };
    const others = Object.entries(this.#chosen).flatMap(([name, print]) =>
      fieldsOf(mark.chosen)[name] === print ? [] : [name],
    );
    // A later moment, such as of "3 days ago" that is said again, leaves nothing out.
    if ((this.#from ?? Number.NEGATIVE_INFINITY) < (mark.from ?? Number.NEGATIVE_INFINITY)) others.push('from');
    if (others.length > 0) throw otherReplay(others);
    // One that was written before failures were kept has none.
    return { after: mark.after, failed: Number.isSafeInteger(mark.failed) ? mark.failed : 0 };
  }

  async keep(reached: Reached | undefined): Promise<void> {
    if (reached === undefined) return;
    const mark: Mark = { ...reached, from: this.#from, chosen: this.#chosen };
    await this.#write(JSON.stringify(mark));
  }

  async forget(): Promise<void> {
    await this.#write(undefined);
  }

  async #write(text: string | undefined): Promise<void> {
    if (this.#name === undefined || this.#isReadOnly) return;
    await this.#journaling.mark(this.#name, text);
  }
}

/** Equal for equal values. No text of a tenant, which may be forgotten meanwhile. */
function printOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value ?? null)).slice(0, 16);
}

/** `undefined` for a text of another form: a position alone. */
function readMark(text: string): Mark | undefined {
  try {
    const mark = JSON.parse(text) as unknown;
    return isRecord(mark) && typeof mark['after'] === 'string' ? (mark as unknown as Mark) : undefined;
  } catch {
    return undefined;
  }
}

function otherReplay(others: readonly string[]): WebhookError {
  const differing = new Intl.ListFormat('en-GB').format(others);
  const message =
    `journal.replay.name: a replay of this name was interrupted, and this one differs in ${differing}. Pass what that ` +
    'one began with, to go on where it was, or another name to begin anew.';
  return new WebhookError('BAD_OPTION', message);
}
