import { isAccepted } from '../../is-accepted';
import type { DeliveryDetail } from '../wire';
import { attemptsView } from './attempts-view';
import { client } from './client';
import { copyButton } from './copy-button';
import { eventName } from './deliveries';
import { button, byId, element, untrusted } from './dom';
import { appView, headersView } from './facts';
import { counted, duration, fullTime, size } from './format';
import { outcomeMark } from './outcome';
import { PayloadView } from './payload-view';
import { signatureView } from './signature-view';
import { type Tab, Tabs } from './tabs';
import { timelineView } from './timeline-view';

interface DetailActions {
  readonly open: (id: number) => void;
  readonly close: () => void;
  readonly replay: (id: number, edit: boolean) => void;
}

/** The delivery that is open. */
export class DetailPane {
  readonly #pane = byId('detail');
  readonly #actions: DetailActions;
  #payload: PayloadView | undefined;
  #tabs: Tabs | undefined;
  #id: number | undefined;
  #asked = 0;
  /** Ends once what was last asked for is shown. */
  #shown: Promise<void> = Promise.resolve();

  constructor(actions: DetailActions) {
    this.#actions = actions;
    this.showNothing();
  }

  get id(): number | undefined {
    return this.#id;
  }

  /**
   * Fetches a delivery and shows it, unless a later call came meanwhile. Even one for the same delivery counts: a second
   * drawing would take the keyboard focus away.
   */
  show(id: number, tab?: string, all = false): Promise<void> {
    this.#id = id;
    this.#asked += 1;
    this.#shown = this.#fetch(id, this.#asked, tab, all);
    return this.#shown;
  }

  showNothing(): void {
    this.#id = undefined;
    const hint = element(
      'p',
      { class: 'hint' },
      'Choose a delivery to see its payload, its signature and what became of it.',
    );
    this.#replace(hint);
  }

  focus(): void {
    this.#pane.querySelector<HTMLElement>('h2')?.focus();
  }

  /** Goes to the next schema error, or the one before: of what was asked for last, once it is shown. */
  async jump(by: 1 | -1): Promise<void> {
    await this.#shown;
    this.#tabs?.open('payload');
    this.#payload?.jump(by);
  }

  /** Opens a part of what was asked for last, once it is shown. */
  async openTab(number: number): Promise<void> {
    await this.#shown;
    this.#tabs?.openNumber(number);
  }

  async #fetch(id: number, asked: number, tab: string | undefined, all: boolean): Promise<void> {
    try {
      const detail = await client.detail(id, all);
      if (this.#asked === asked) this.#render(detail, tab);
    } catch (error) {
      if (this.#asked === asked) this.#replace(element('p', { class: 'remark' }, (error as Error).message));
    }
  }

  /** Shows a remark instead of a delivery. */
  #replace(remark: HTMLElement): void {
    this.#payload = undefined;
    this.#tabs = undefined;
    this.#pane.replaceChildren(remark);
  }

  #render(detail: DeliveryDetail, tab: string | undefined): void {
    const readAll = (): void => void this.show(detail.id, this.#tabs?.name, true).then(() => this.focus());
    const payload = new PayloadView(detail, readAll);
    this.#payload = payload;
    this.#tabs = new Tabs(tabsOf(detail, payload, { open: this.#actions.open, readAll }), tab ?? firstTab(detail));
    this.#pane.replaceChildren(this.#head(detail), this.#tabs.element);
    this.#pane.scrollTop = 0;
  }

  #head(detail: DeliveryDetail): HTMLElement {
    const { id, outcome, status, receivedAt, ms, bytes, reason } = detail;
    return element(
      'div',
      { class: 'head' },
      button('Back', 'back small quiet', this.#actions.close),
      element('h2', { tabindex: -1 }, untrusted(eventName(detail))),
      element(
        'p',
        { class: 'head-facts' },
        outcomeMark(outcome),
        element('span', {}, `answered ${status}`),
        element('span', {}, fullTime(receivedAt)),
        element('span', {}, duration(ms)),
        element('span', {}, size(bytes)),
        element('span', {}, `#${id}`),
      ),
      timelineView(detail),
      // The signature tab says why a signature is refused.
      reason === undefined || outcome === 'unauthenticated'
        ? undefined
        : element('p', { class: 'reason' }, untrusted(reason)),
      element(
        'p',
        { class: 'actions' },
        button('Replay', 'primary small', () => this.#actions.replay(id, false)),
        button('Edit', 'small', () => this.#actions.replay(id, true)),
        copyButton(() => client.curl(id), 'Copy as curl'),
        copyButton(() => client.savedLine(id), 'Copy as saved line'),
      ),
    );
  }
}

/** The tab that shows what went wrong. */
function firstTab({ outcome }: DeliveryDetail): string {
  if (outcome === 'unauthenticated') return 'signature';
  return outcome === 'app-failed' ? 'app' : 'payload';
}

interface TabActions {
  readonly open: (id: number) => void;
  readonly readAll: () => void;
}

function tabsOf(detail: DeliveryDetail, payload: PayloadView, { open, readAll }: TabActions): readonly Tab[] {
  const { headers, attempts } = detail;
  return [
    { name: 'payload', label: 'Payload', ...payloadState(detail), make: () => payload.element },
    { name: 'signature', label: 'Signature', ...signatureState(detail), make: () => signatureView(detail, readAll) },
    { name: 'app', label: 'App', ...appState(detail), make: () => appView(detail) },
    { name: 'headers', label: 'Headers', state: String(headers.length), make: () => headersView(detail) },
    { name: 'attempts', label: 'Attempts', state: String(attempts.length), make: () => attemptsView(detail, open) },
  ];
}

type State = Pick<Tab, 'state' | 'tone'>;

function payloadState({ text, schemaErrors, outcome, isLeft, broken }: DeliveryDetail): State {
  if (text === undefined) return { state: 'no text', tone: 'warn' };
  if (isLeft) return { state: 'not read', tone: 'quiet' };
  if (outcome === 'ignored') return { state: 'no schema', tone: 'quiet' };
  if (outcome === 'malformed') return { state: broken === undefined ? 'refused' : 'not JSON', tone: 'warn' };
  if (schemaErrors.length === 0) return { state: 'valid', tone: 'good' };
  return { state: counted(schemaErrors.length, 'error'), tone: 'bad' };
}

function signatureState({ signature: { checked, match }, isLeft }: DeliveryDetail): State {
  if (!checked) return { state: 'not checked', tone: 'warn' };
  if (isLeft) return { state: 'not explained', tone: 'quiet' };
  if (match === undefined) return { state: 'no match', tone: 'bad' };
  return match.stale ? { state: 'stale', tone: 'warn' } : { state: 'genuine', tone: 'good' };
}

function appState({ app, replays }: DeliveryDetail): State {
  const answer = replays.at(-1) ?? app;
  if (answer === undefined) return { state: '–' };
  const { status } = answer;
  return { state: status === undefined ? 'no answer' : String(status), tone: isAccepted(status) ? 'good' : 'bad' };
}
